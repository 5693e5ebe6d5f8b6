# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# e2e_power.sh - cuts the power under a running rig; sourced after e2e.sh.
#
# The rig's files are on an ext4 in a file on an XFS.  A reflink of that file is what the disk
# contains at that instant: what ext4 has not written down is lost, as on a disk that is unplugged,
# including extents of holes that were just filled.  The copy is mounted in a namespace with another
# boot id, from which the rig concludes that the machine was restarted: a file bound over
# /proc/sys/kernel/random/boot_id.

requires_power()
{
	requires_loop
	requires jq unshare mkfs.xfs mkfs.ext4
	grep -qw xfs /proc/filesystems || modprobe xfs 2>/dev/null || skip "no XFS in this kernel"
	[ -x "$E2E_TOOLS/power_writer" ] || fail "no helper 'power_writer'"
}

# power_world - makes the disk $disk, mounted at $inner, on a file system with reflinks.
power_world()
{
	mkdir -p "$work/host" "$work/inner" "$work/after" "$work/mnt"
	mnt=$work/mnt
	inner=$work/inner
	disk=$work/host/disk
	image=$inner/volume.img
	truncate -s 1G "$work/host.img"
	mkfs.xfs -q -m reflink=1 "$work/host.img"
	mount_loop "$work/host.img" "$work/host"
	truncate -s 512M "$disk"
	mkfs.ext4 -q "$disk"
	mount_loop "$disk" "$inner"
	power_boot=0
}

# verify_cut DURABLE OPTION... - after a simulated boot.
verify_cut()
{
	power_boot=$((power_boot + 1))
	printf '%08x-0000-4000-8000-000000000000\n' $power_boot >boot_id
	work=$work SNAPRIG=$SNAPRIG E2E_TOOLS=$E2E_TOOLS \
		"$e2e_root/tests/lib/in_a_namespace.sh" sh -euc '
		mount --bind boot_id /proc/sys/kernel/random/boot_id
		exec sh "$@"' sh "$e2e_root/tests/lib/power_verify.sh" "$@"
}

# snapshots_come LEDGER MAX - takes s1, s2 ...; records when each was begun and exists.
snapshots_come()
{
	power_next=1
	while [ $power_next -le "$2" ]; do
		sleep 0.0$((power_next * 7 % 10))
		cp "$1" s$power_next.before
		rig snapshot create "$mnt" s$power_next || return 0
		cp "$1" s$power_next.after
		: >s$power_next.taken
		power_next=$((power_next + 1))
	done
}

# cut_once SEED SNAPSHOTS DURABLE OPTION... - a load, a cut in the middle of it, and a check of what
# is left.
cut_once()
{
	power_seed=$1 power_snapshots=$2 power_durable=$3
	shift 3
	rm -f s*.before s*.after s*.taken live.* ledger right expected "$work/host/cut"
	rm -rf "$image" "$image.snaprig"
	rig create "$image" --size 8MiB
	"$E2E_TOOLS/power_writer" create ledger 2048
	sync -f "$inner"
	rig mount "$image" "$mnt" "$@"
	"$E2E_TOOLS/power_writer" write "$mnt/live" ledger "$power_seed" 2>/dev/null &
	power_writer=$!
	snapshots_come ledger "$power_snapshots" 2>/dev/null &
	power_taker=$!
	# Until something was flushed, plus a time that depends on the seed.  Durable snapshots
	# prove nothing before one was taken: the first cut waits for that.
	[ "$power_durable" = no ] || [ $power_expected -gt 0 ] ||
		wait_until 60 test -e s1.taken || fail "no snapshot is taken"
	sleep 0.$((2 + power_seed % 5))$((power_seed * 37 % 10))

	find . -maxdepth 1 -name 's*.taken' -printf '%f\n' | sed 's/\.taken//' >expected
	cp ledger live.before
	cp --reflink=always "$disk" "$work/host/cut"
	cp ledger live.after

	kill_rig
	wait $power_writer $power_taker || true
	umount -l "$mnt"
	: >right
	verify_cut "$power_durable" "$@" || fail "after the cut with seed $power_seed: $*"
	power_right=$((power_right + $(wc -l <right)))
	power_expected=$((power_expected + $(wc -l <expected)))
	power_flushed=$((power_flushed + $(sed -n 's/ blocks had.*//p' live.said)))
}

# cuts PROFILE DURABLE FIRST-SEED COUNT [PART OF] - within this part of the budget.
cuts()
{
	power_right=0 power_expected=0 power_flushed=0
	power_options="--profile $1"
	power_many=3
	case $1 in
	# Three copies share the store, and a block is 16 KiB: with less, they are deleted when it
	# is full.
	vss) power_options="$power_options --limit 400%" ;;
	datto) power_options="$power_options --limit 100%" power_many=1 ;;
	esac
	[ "$2" = no ] || power_options="$power_options --durable"
	power_at=$3
	while [ "$power_at" -lt $(($3 + $4)) ] &&
		! budget_is_over $((power_at - $3)) "$4" "cuts of $1, durable $2" "${5:-1}" "${6:-1}"; do
		# shellcheck disable=SC2086
		cut_once "$power_at" $power_many "$2" $power_options
		power_at=$((power_at + 1))
	done
	echo "$1, durable $2: $((power_at - $3)) cuts; $power_flushed flushed blocks there," \
		"$power_right snapshots right, $power_expected had been taken"
	[ "$power_at" -gt "$3" ] || return 0
	[ $power_flushed -gt 0 ] || fail "nothing had been flushed before any cut"
	[ "$2" = no ] || [ $power_expected -gt 0 ] || fail "no snapshot had been taken before any cut"
}
