#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# After `kill -9` the mount point is still taken by a dead mount.  The next
# mount clears it away, recovers the volume, and says both.
. "${0%/*}/../lib/e2e.sh"

mount_volume 16MiB
write_at 0 1048576 "$mnt/live"
touch "$mnt/snapshots/before"
write_at 4096 524288 "$mnt/live" 2
live=$(digest "$mnt/live")
snapshot=$(digest "$mnt/snapshots/before")

kill_rig
is_mounted "$mnt" || fail "the dead mount is gone by itself"
refused 4 "mnt" rig status "$mnt"

rig mount "$image" "$mnt" 2>said
sed 's/^/  said: /' said
grep -qi "stale\|dead" said || fail "does not say that a stale mount was there"
grep -q "before" said || fail "does not say what became of the snapshot"
same "$live" "$(digest "$mnt/live")" "live view"
same "$snapshot" "$(digest "$mnt/snapshots/before")" "snapshot"
same 1 "$(grep -c " $mnt " /proc/self/mounts)" "mounts at the mount point"
