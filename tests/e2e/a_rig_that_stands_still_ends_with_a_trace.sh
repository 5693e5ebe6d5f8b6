#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The watchdog is there, and leaves a rig alone that rests, is held up by a fault, or
# is stopped.  What it does to one that stands still is in unit/test_watchdog.
. "${0%/*}/../lib/e2e.sh"

requires jq
refused 2 "cannot read watchdog time '1'" rig mount x y --watchdog 1
refused 2 "cannot read watchdog time '10ms'" rig mount x y --watchdog 10ms
mount_volume 4MiB --watchdog off
grep -l watchdog "/proc/$(rig_pid)/task"/*/comm && fail "there is a watchdog"
umount_volume
rm -r "$image" "$image.snaprig"
mount_volume 4MiB --watchdog 1s
pid=$(rig_pid)
grep -ql watchdog "/proc/$pid/task"/*/comm || fail "there is no watchdog"
rig fault add "$mnt" 'live.read hang times=1' >/dev/null
dd if="$mnt/live" of=/dev/null bs=4k count=1 status=none &
sleep 2
rig fault clear "$mnt" >/dev/null
wait $!
kill -STOP "$pid"
sleep 2
kill -CONT "$pid"
digest "$mnt/live" >/dev/null || fail "the rig has ended"
same 1 "$(status .schema_version)" "status"
umount_volume
