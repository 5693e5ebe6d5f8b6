#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The disk that holds the store is full: the snapshot fails with ENOSPC and says
# so, every source write succeeds, and the next snapshot works when there is
# room again.  A mount that finds no room at all is refused.
. "${0%/*}/../lib/e2e.sh"

requires_root
mkdir small full
mount -t tmpfs -o size=8m,mode=755 none small
mount -t tmpfs -o size=64k,mode=755 none full

mount_volume 64MiB --store "$work/small/state"
write_at 0 $((64 << 20)) "$mnt/live"
touch "$mnt/snapshots/s0"
write_at 0 $((32 << 20)) "$mnt/live" || fail "the source write failed"
same failed "$(status '.snapshots[0].state')" state
same ENOSPC "$(status '.snapshots[0].error')" error
! dd if="$mnt/snapshots/s0" of=/dev/null bs=4k count=1 2>/dev/null || fail "it can be read"
before=$(digest "$mnt/live")
rm "$mnt/snapshots/s0"
touch "$mnt/snapshots/s1"
same "$before" "$(digest "$mnt/snapshots/s1")" "the next snapshot"
umount_volume
same "$before" "$(digest "$image")" "the image"

dd if=/dev/zero of=full/fill bs=4k 2>/dev/null || :
refused 4 "No space left" rig mount "$image" "$mnt" --store "$work/full/state"
! is_mounted "$mnt" || fail "it is mounted"
rig create full/new.img --size 1MiB
! [ -s volume.img.snaprig/s1.store ] || fail "the state went to the wrong place"
