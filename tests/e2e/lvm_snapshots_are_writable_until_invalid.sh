#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Snapshots of the profile lvm as dm-snapshot's: a file system on one is mounted
# and written to, the live view never sees it, and it lasts.  A COW volume that
# is full makes it Invalid; reads and writes of it give EIO, the source goes on.
. "${0%/*}/../lib/e2e.sh"

requires_loop
requires jq mkfs.ext4
mount_volume 64MiB --profile lvm
mkfs.ext4 -q -F "$mnt/live"
touch "$mnt/snapshots/s0"
same "16/131600 16" "$(status '.snapshots[0].native')" "status of a new snapshot"

device=$(losetup -f --show "$mnt/snapshots/s0")
on_exit "detach_own '$device'"
mkdir fs
mount "$device" fs
random_bytes "$SEED" 3000000 >fs/file
sum=$(digest fs/file)
before=$(digest "$mnt/live")
umount fs
detach_loop "$device" "$mnt/snapshots/s0"
same "$before" "$(digest "$mnt/live")" "live view after writes to the snapshot"

# What was written lasts, also over a mount.
rig umount "$mnt"
rig mount "$image" "$mnt" --profile lvm
device=$(losetup -f --show "$mnt/snapshots/s0")
mount "$device" fs
same "$sum" "$(digest fs/file)" "file in the snapshot after a mount"
umount fs
detach_loop "$device" "$mnt/snapshots/s0"
write_at 0 65536 "$mnt/live"
rm "$mnt/snapshots/s0"

# 100 sectors: a header, an area and ten chunks.
rig snapshot create "$mnt" s1 --limit 100s
write_at 0 40960 "$mnt/live" 2
same "96/100 16" "$(status '.snapshots[0].native')" "status of a full snapshot"
dd if="$mnt/snapshots/s1" of=/dev/null bs=64k status=none || fail "full is not invalid"
write_at 40960 1000 "$mnt/snapshots/s1" 3 2>/dev/null && fail "there is no room for that"
same Invalid "$(status '.snapshots[0].native')" "status after the overflow"
same invalid "$(status '.snapshots[0].state')" "state after the overflow"
grep -qF "device-mapper: snapshots: Invalidating snapshot: Unable to allocate exception." \
	"$mnt/.snaprig/kernel.log" || fail "no line in kernel.log"
refused 1 "Input/output error" dd if="$mnt/snapshots/s1" of=/dev/null bs=4k count=1
write_at 0 65536 "$mnt/live" 4

# That lasts too.
rig umount "$mnt"
rig mount "$image" "$mnt" --profile lvm
same Invalid "$(status '.snapshots[0].native')" "status after a mount"
grep -qF "device-mapper: snapshots: Snapshot is marked invalid." "$mnt/.snaprig/kernel.log" ||
	fail "no line of the invalid snapshot after a mount"

refused 2 "Snapshot volume cannot be smaller than 3 chunks" \
	rig snapshot create "$mnt" s2 --limit 23s
refused 2 "sectors" rig snapshot create "$mnt" s2 --limit 50000
