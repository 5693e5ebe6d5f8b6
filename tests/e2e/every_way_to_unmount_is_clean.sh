#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# SIGTERM, `fusermount3 -u` and `snaprig umount` end the rig: nothing stays
# mounted, no process, no socket, and everything is there at the next mount.
. "${0%/*}/../lib/e2e.sh"

mount_volume 16MiB
write_at 0 1048576 "$mnt/live"
touch "$mnt/snapshots/s0"
write_at 65536 1048576 "$mnt/live" 2
live=$(digest "$mnt/live")
snapshot=$(digest "$mnt/snapshots/s0")

by_signal()
{
	kill -TERM "$1"
}

by_fusermount()
{
	fusermount3 -u "$mnt"
}

by_command()
{
	rig umount "$mnt"
}

for end in by_signal by_fusermount by_command; do
	pid=$(rig_pid)
	[ -n "$pid" ] || fail "no process serves '$mnt'"
	"$end" "$pid"
	wait_until 10 is_dead "$pid" || fail "$end: process $pid lives on"
	! is_mounted "$mnt" || fail "$end: still mounted"
	[ ! -e "$image.snaprig/control.sock" ] || fail "$end: the socket is left"
	rig mount "$image" "$mnt" 2>said
	sed "s/^/  $end, then: /" said
	! grep -q "stale\|killed" said || fail "$end: was no clean end"
	same "$live" "$(digest "$mnt/live")" "$end: live view"
	same "$snapshot" "$(digest "$mnt/snapshots/s0")" "$end: snapshot"
done
refused '2|4' "" rig umount "$work"
