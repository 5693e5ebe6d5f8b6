#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# runs-as: user
#
# Without privileges the rig mounts through fusermount3, and does the same.
. "${0%/*}/../lib/e2e.sh"

requires_user_mount
mount_volume 8MiB
same "$(id -u)" "$(stat -c %u "$mnt/live")" "owner of the live view"
write_at 0 1048576 "$mnt/live"
was=$(digest "$mnt/live")
touch "$mnt/snapshots/s0"
write_at 4096 65536 "$mnt/live" 2
same "$was" "$(digest "$mnt/snapshots/s0")" "snapshot"
same 600 "$(stat -L -c %a "$mnt/.snaprig/control")" "mode of the socket"
rig snapshot delete "$mnt" s0
kill_rig
rig mount "$image" "$mnt"
umount_volume
