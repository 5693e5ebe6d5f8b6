#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A block device as the image: snapshots, a kill, discards, and what it cannot be.
. "${0%/*}/../lib/e2e.sh"
requires_loop
requires jq blkdiscard

mnt=$work/mnt
store=$work/state
mkdir -p "$mnt" other elsewhere

# device SIZE [OPTION...] - a loop device of that many bytes, in $image.
device()
{
	truncate -s "$1" backing
	shift
	image=$(losetup --find --show "$@" backing)
	attached=$image
}

# Only once: the next one to get it is somebody else's.
detach()
{
	[ -z "$attached" ] || losetup -d "$attached"
	attached=
}
attached=
on_exit detach

refused_as_it_is()
{
	refused 2 "block device, whose state cannot be kept beside it.*--store" \
	rig mount "$image" "$mnt"
	mkfs.ext4 -q "$image"
	mount "$image" other
	refused 4 "is mounted by another rig, or is a device in use" \
		rig mount "$image" "$mnt" --store "$store"
	umount other
	# A namespace that another test has just made may have a copy of the mount.
	wait_until 120 wipefs -qa "$image" 2>/dev/null ||
		fail "'$image' is mounted in another namespace"
}

for sector in 512 4096; do
	for profile in plain xen; do
		echo "sectors of $sector, $profile"
		device 8MiB --sector-size $sector
		[ $sector = 4096 ] || [ $profile = xen ] || refused_as_it_is
		write_at 0 8388608 "$image"
		rig mount "$image" "$mnt" --store "$store" --profile $profile
		same 8388608 "$(stat -c %s "$mnt/live")" "the size of the live view"
		refused 4 "is mounted by another rig" \
			rig mount "$image" "$work/elsewhere" --store "$work/second"
			! mount "$image" other 2>/dev/null || fail "a device in use can be mounted"
		cmp "$image" "$mnt/live" || fail "the live view is not the device"
		of_s=$(digest "$mnt/live")
		refused 1 "Invalid argument|not supported" truncate -s 16M "$mnt/live"
		same "$of_s" "$(digest "$mnt/live")" "what did not grow"
		touch "$mnt/snapshots/s"
		write_at 4097 300000 "$mnt/live" 7
		write_at 8388000 608 "$mnt/live" 8
		fallocate -z -o 1000000 -l 500000 "$mnt/live"
		[ $profile = xen ] || fallocate -p -o 2097152 -l 1048576 "$mnt/live"
		of_live=$(digest "$mnt/live")
		same "$of_s" "$(digest "$mnt/snapshots/s")" "the snapshot"

		kill_rig
		rig mount "$image" "$mnt" --store "$store" --profile $profile
		same "$of_s" "$(digest "$mnt/snapshots/s")" "the snapshot after a kill"
		same "$of_live" "$(digest "$mnt/live")" "the live view after a kill"
		umount_volume
		[ $profile = xen ] || same "$of_live" "$(digest "$image")" "the device"

		echo "unmounted in order, and found again"
		detach
		device 8MiB --sector-size $sector
		rig mount "$image" "$mnt" --store "$store" --profile $profile
		same "$of_s" "$(digest "$mnt/snapshots/s")" "the snapshot at the next mount"
		umount_volume
		detach
		rm -rf "$store" backing
	done
done

echo "another length"
device 8MiB
rig mount "$image" "$mnt" --store "$store"
touch "$mnt/snapshots/s"
umount_volume
truncate -s 16MiB backing
losetup -c "$image"
rig mount "$image" "$mnt" --store "$store"
same 16777216 "$(stat -c %s "$mnt/live")" "the size of a longer device"
same EUCLEAN "$(status '.snapshots[0].error')" "the snapshot of a shorter one"
touch "$mnt/snapshots/t"
truncate -s 4MiB backing
losetup -c "$image"
! cat "$mnt/snapshots/t" >/dev/null 2>&1 || fail "a cut device can be read"
same EUCLEAN "$(status '.snapshots[1].error')" "the snapshot of a device that was cut"
umount_volume
