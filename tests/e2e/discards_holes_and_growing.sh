#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What a device can besides reading and writing: discards and zeroing of the live
# view, SEEK_DATA and SEEK_HOLE, and a volume that is made longer.
. "${0%/*}/../lib/e2e.sh"

requires jq
holes=$E2E_TOOLS/holes
mount_volume 64MiB
write_at 0 4194304 "$mnt/live" 1
touch "$mnt/snapshots/s0"
before=$(digest "$mnt/snapshots/s0")
same "0 4194304" "$("$holes" "$mnt/live")" "data of the live view"
same "0 4194304" "$("$holes" "$mnt/snapshots/s0")" "data of the snapshot"
fallocate -p -o 1048576 -l 2097152 "$mnt/live" || fail "cannot discard"
same "0 1048576
3145728 1048576" "$("$holes" "$mnt/live")" "data after a discard"
same "$before" "$(digest "$mnt/snapshots/s0")" "snapshot after a discard"
same "0 4194304" "$("$holes" "$mnt/snapshots/s0")" "data of the snapshot after a discard"
fallocate -z -o 100 -l 5000 "$mnt/live" || fail "cannot zero"
dd if="$mnt/live" bs=1 skip=100 count=5000 status=none | tr -d '\0' | cmp - /dev/null ||
	fail "what was zeroed is not zeros"
same "$before" "$(digest "$mnt/snapshots/s0")" "snapshot after zeroing"
refused 1 "not supported" fallocate -l 1048576 "$mnt/live"
refused 1 "busy" truncate -s 128M "$mnt/live"
rm "$mnt/snapshots/s0"
truncate -s 128M "$mnt/live" || fail "cannot make the volume longer"
same 134217728 "$(stat -c %s "$mnt/live")" "length of the live view"
same 134217728 "$(status .size_bytes)" "length in the status"
write_at 100000000 1000000 "$mnt/live" 2
touch "$mnt/snapshots/s1"
grown=$(digest "$mnt/snapshots/s1")
kill_rig
rig mount "$image" "$mnt"
same "$grown" "$(digest "$mnt/snapshots/s1")" "snapshot of the longer volume after a kill"
umount_volume

# The driver does not trace discards: its snapshot loses what they cover.
rm -rf "$image.snaprig"
rig mount "$image" "$mnt" --profile datto
touch "$mnt/snapshots/s0"
fallocate -p -o 100000000 -l 1000000 "$mnt/live"
dd if="$mnt/snapshots/s0" bs=1000000 skip=100 count=1 status=none | tr -d '\0' | cmp - /dev/null ||
	fail "the driver's snapshot kept what was discarded"
umount_volume
