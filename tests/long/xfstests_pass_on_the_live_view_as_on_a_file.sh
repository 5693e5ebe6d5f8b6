#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Runs xfstests' quick tests of the group generic on loop devices over live views,
# of which snapshots come and go, and on loop devices over plain files: the result
# must be the same, test by test.
#
# XFSTESTS		a folder where kdave/xfstests is built; without it the test is skipped
# XFSTESTS_TYPES	file systems (ext4 xfs)
# XFSTESTS_TESTS	tests instead of all quick ones: "generic/001 generic/002"
# XFSTESTS_SECONDS	for each of the two sides of a file system (12000)
# XFSTESTS_RESULTS	a folder that keeps what was said
. "${0%/*}/../lib/e2e.sh"

[ -n "${XFSTESTS:-}" ] || skip "XFSTESTS names no folder of xfstests"
[ -x "$XFSTESTS/check" ] || fail "no xfstests in '$XFSTESTS'"
requires_loop
requires mkfs.ext4 mkfs.xfs unshare xfs_io
results=${XFSTESTS_RESULTS:-$work/results}
mkdir -p "$results"
# Not those that may end the machine.
quick_tests()
{
	cd "$XFSTESTS/tests"
	grep -lE '^_begin_fstest .*\bquick\b' generic/[0-9][0-9][0-9] |
		xargs grep -LE '^_begin_fstest .*\bdangerous'
}
tests=${XFSTESTS_TESTS:-$(quick_tests)}

# run_side NAME TYPE TEST-DEVICE SCRATCH-DEVICE - a few tests at a time, so that one that does
# not end costs no more than these.  They get processes, mounts and a /tmp of their own;
# of the mounts of others no copy is kept, for it would outlive them.
run_side()
{
	side_end=$(($(date +%s) + ${XFSTESTS_SECONDS:-12000}))
	echo "$tests" | xargs -n 8 >"$work/$1.groups"
	while read -r side_group; do
		side_left=$((side_end - $(date +%s)))
		[ "$side_left" -gt 0 ] || break
		[ "$side_left" -lt 600 ] || side_left=600
		# shellcheck disable=SC2016,SC2086 # for the shell inside; a list
		timeout -k 10 "$side_left" unshare --mount --pid --fork --kill-child --mount-proc \
			sh -c '
			awk "\$3 ~ /^fuse/ { print \$2 }" /proc/self/mounts | xargs -r umount -l
			unset TMPDIR
			mount -t tmpfs tmpfs /tmp
			mkdir /tmp/test /tmp/scratch
			export TEST_DEV="$1" SCRATCH_DEV="$2" FSTYP="$3" RESULT_BASE="$4"
			export TEST_DIR=/tmp/test SCRATCH_MNT=/tmp/scratch
			cd "$5" && shift 5 && ./check "$@"' sh \
			"$3" "$4" "$2" "$results/$1" "$XFSTESTS" $side_group </dev/null 2>&1 ||
			echo "status $?"
	done <"$work/$1.groups" >"$results/$1.log"
	# One line a test: its name and passed, notrun or failed.
	sed -nE -e 's/^(generic\/[0-9]+) .*\[not run\].*/\1 notrun/p' \
		-e 's/^(generic\/[0-9]+) .*(mismatch|\[failed).*/\1 failed/p' \
		-e 's/^(generic\/[0-9]+) .* [0-9]+s$/\1 passed/p' \
		"$results/$1.log" | sort -u >"$results/$1.results"
}

# snapshots_come_and_go MNT - until $work/stop is there.
snapshots_come_and_go()
{
	made=0
	while [ ! -e "$work/stop" ]; do
		made=$((made + 1))
		touch "$1/snapshots/s$made" && sleep 2
		rm -f "$1/snapshots/s$((made - 2))"
		[ "$made" -gt 2 ] || continue
		dd if="$1/snapshots/s$made" of=/dev/null bs=1M count=64 skip=$((made % 16 * 64)) \
			status=none
		sleep 2
	done
	echo "$made snapshots were taken of $1"
}

attach()
{
	losetup -f --show "$1"
}

# compare_type TYPE
compare_type()
{
	type=$1
	rm -f stop
	for name in test scratch; do
		size=$((1 << 30))
		[ "$name" = test ] || size=$((1536 << 20))
		truncate -s "$size" "$name.plain"
		rig create "$name.img" --size "$size"
		mkdir -p "$name.mnt"
		rig mount "$name.img" "$name.mnt"
	done
	plain_test=$(attach test.plain) plain_scratch=$(attach scratch.plain)
	rig_test=$(attach test.mnt/live) rig_scratch=$(attach scratch.mnt/live)
	on_exit "losetup -d $plain_test $plain_scratch $rig_test $rig_scratch 2>/dev/null"
	"mkfs.$type" -q "$plain_test"
	"mkfs.$type" -q "$rig_test"
	snapshots_come_and_go test.mnt >>"$results/$type.snapshots" 2>&1 &
	keepers=$!
	snapshots_come_and_go scratch.mnt >>"$results/$type.snapshots" 2>&1 &
	keepers="$keepers $!"
	run_side "$type.plain" "$type" "$plain_test" "$plain_scratch" &
	plain=$!
	run_side "$type.rig" "$type" "$rig_test" "$rig_scratch"
	wait "$plain"
	touch stop
	# shellcheck disable=SC2086 # two
	wait $keepers
	losetup -d "$plain_test" "$plain_scratch" "$rig_test" "$rig_scratch"
	rig umount test.mnt
	rig umount scratch.mnt
	rm -rf ./*.img ./*.img.snaprig ./*.plain
	cat "$results/$type.snapshots"
	join -o 1.1,1.2,2.2 "$results/$type.plain.results" "$results/$type.rig.results" >both
	awk -v type="$type" '{ count[$2]++ }
		END { print type ": " NR " tests compared; on a file " count["passed"] + 0 \
			" passed, " count["notrun"] + 0 " not run, " count["failed"] + 0 " failed" }
		' both
	awk '$2 != $3 { print $1 ": " $2 " on a file, " $3 " on the live view" }' both |
		tee differences
	[ -s both ] || fail "$type: not one test was run on both"
	[ ! -s differences ] || fail "$type: results differ"
}

for type in ${XFSTESTS_TYPES:-ext4 xfs}; do
	compare_type "$type"
done
