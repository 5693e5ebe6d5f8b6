#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What a deleted snapshot took is given back a little at a time.  Nobody must see that:
# on a disk that has room for one snapshot, the next one can be filled at once; so
# can holes of the image; and who deletes as fast as he takes does not fill the disk.
. "${0%/*}/../lib/e2e.sh"

requires_root
mib=48
size=$((mib << 20))

mkdir memory
mount -t tmpfs -o size=${mib}M tmpfs memory || skip "no tmpfs can be mounted"
dd if=/dev/urandom of=memory/bytes bs=1M count=$mib status=none

# fill [OFFSET-MIB] - quickly: what was there before may still be on its way.
fill()
{
	dd if=memory/bytes of=mnt/live bs=1M seek="${1:-0}" conv=notrunc oflag=direct status=none
}

# free_mib FOLDER
free_mib()
{
	echo $(($(stat -f -c '%a * %S' "$1") >> 20))
}

mkdir disk mnt
for options in "plain" "lvm" "vss --limit 110%"; do
	profile=${options%% *}
	echo "the next snapshot, $profile"
	# The image, one store, and a little.
	mount -t tmpfs -o size=$((2 * mib + 8))M tmpfs disk
	rig create disk/v.img --size $size
	# shellcheck disable=SC2086 # words
	rig mount disk/v.img mnt --profile $options
	fill
	for round in 1 2 3 4 5 6 7 8; do
		touch "mnt/snapshots/s$round"
		fill || fail "$profile, round $round: the live view"
		dd if=mnt/snapshots/s$round of=/dev/null bs=1M status=none ||
			fail "$profile, round $round: $(rig status mnt)"
		rm "mnt/snapshots/s$round"
	done
	rig umount mnt
	umount disk
done

echo "holes of the image"
mount -t tmpfs -o size=$((2 * mib + 8))M tmpfs disk
rig create disk/v.img --size $((2 * size))
rig mount disk/v.img mnt
fill
touch mnt/snapshots/s
fill
rm mnt/snapshots/s
fill $mib || fail "a hole cannot be written"

echo "what waits is bounded"
rig umount mnt
umount disk
mount -t tmpfs -o size=1G tmpfs disk
rig create disk/v.img --size $size
rig mount disk/v.img mnt
fill
least=$(free_mib disk)
for round in $(seq 20); do
	touch "mnt/snapshots/s$round"
	fallocate -z -l $size mnt/live
	rm "mnt/snapshots/s$round"
	now=$(free_mib disk)
	[ "$now" -ge "$least" ] || least=$now
done
[ "$least" -ge 300 ] || fail "only $least MiB were left"
rig umount mnt
umount disk
