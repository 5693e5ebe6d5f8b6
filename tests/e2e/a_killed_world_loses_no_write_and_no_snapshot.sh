#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# All of a world is killed in the midst of writes to an origin that is not the volume, so that
# its rig goes with the world: the next world has the snapshot as it was taken, and every
# write that was acknowledged.  Nothing of the killed one is left but what is kept.
. "${0%/*}/../lib/e2e.sh"

requires_loop
requires lvcreate dmsetup openssl
mount_volume 8MiB --profile lvm
random_bytes "$SEED" 16777216 >before

# tree_of PID - the processes below it.
tree_of()
{
	# shellcheck disable=SC2013 # numbers
	for child in $(cat "/proc/$1/task/"*/children 2>/dev/null); do
		echo "$child"
		tree_of "$child"
	done
}

world_has_gone()
{
	grep -qs "$image.snaprig/lvm" /sys/block/loop*/loop/backing_file && return 1
	# Not grep itself.
	! grep -qsa "$image.snaprig/lvm/origin[s]" /proc/[0-9]*/cmdline
}

cat >writes.sh <<'END'
number=$1
while :; do
	place=$(((number * 37 + 11) % 4096))
	echo $place >>begun
	dd if=mark of=/dev/vg0/data bs=4096 count=1 seek=$place oflag=direct conv=notrunc \
		status=none || exit 1
	echo $place >>acknowledged
	number=$((number + 1))
done
END
tr '\0' 'Z' </dev/zero | head -c 4096 >mark

rig lvm "$mnt" --free 80MiB -- sh -ec 'lvcreate -y -L 16M -n data vg0
	dd if=before of=/dev/vg0/data bs=1M oflag=direct status=none
	lvcreate -s -L 12M -n d1 vg0/data' >made || fail "no snapshot: $(cat made)"
cp before content
for round in 1 2 3; do
	: >acknowledged
	rig lvm "$mnt" -- sh writes.sh $((round * 1000)) >writes.log 2>&1 &
	world=$!
	wait_until 60 sh -c "[ \$(wc -l <acknowledged) -gt $((5 * round)) ]" ||
		fail "nothing is written: $(cat writes.log)"
	# All at once: who is stopped does not notice who is killed before him.
	tree=$(tree_of "$world")
	# shellcheck disable=SC2086 # numbers
	kill -STOP "$world" $tree 2>/dev/null || :
	# shellcheck disable=SC2086
	kill -9 "$world" $tree 2>/dev/null || :
	wait "$world" || :
	wait_until 10 world_has_gone || fail "something of the killed world is left"

	# The write that was under way may be there.
	cp content wanted
	while read -r place; do
		dd if=mark of=wanted bs=4096 count=1 seek="$place" conv=notrunc status=none
	done <acknowledged
	cp wanted also
	dd if=mark of=also bs=4096 count=1 seek="$(tail -n 1 begun)" conv=notrunc status=none
	rig lvm "$mnt" -- sh -ec 'cmp before /dev/vg0/d1
		cp /dev/vg0/data content
		cmp -s wanted content || cmp also content' >compared 2>&1 ||
		fail "round $round: $(cat compared)"
done
