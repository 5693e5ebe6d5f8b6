#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# No command waits for ever for a rig that is stopped, or that hangs: it exits with
# 124, says which process it is and in what state, and what to do.  What takes its
# time is waited for.
. "${0%/*}/../lib/e2e.sh"

mount_volume 4MiB
touch "$mnt/snapshots/s0"
pid=$(rig_pid)
SNAPRIG_TIMEOUT=1s
export SNAPRIG_TIMEOUT

# A fault that delays for longer than that is no hang.
rig fault add "$mnt" 'snapshot.create delay=2500ms times=1' >/dev/null
rig snapshot create "$mnt" s1
# One that hangs is told from a rig that does.
rig fault add "$mnt" 'control.command hang' >/dev/null
refused 124 "rig of '$mnt' is well.*fault release" timeout 20 "$SNAPRIG" status "$mnt"
rig fault clear "$mnt"

SNAPRIG_TIMEOUT=200ms
kill -STOP "$pid"
on_exit "kill -CONT $pid 2>/dev/null"
for command in "status $mnt" "snapshot list $mnt" "snapshot create $mnt s9" "fault list $mnt" \
	"events $mnt" "writers list $mnt" "gauge release $mnt memory.used" "umount $mnt"; do
	# shellcheck disable=SC2086 # words
	refused 124 "for 200ms: its process $pid is stopped .*kill -CONT $pid" \
		timeout 20 "$SNAPRIG" $command
done
# Nothing of them holds on to who has started them.
# shellcheck disable=SC2016 # for the other shell
said=$(timeout 20 sh -c '"$1" status "$2" 2>&1; echo done' sh "$SNAPRIG" "$mnt") ||
	fail "a command that gave up keeps a pipe open: $said"
kill -CONT "$pid"
rig status "$mnt" >/dev/null
same "s0 s1" "$(names_of "$mnt/snapshots" | sed 's/ s9//')" snapshots

# With its state folder gone, the way to it is; it can be ended all the same.
rm -r "$image.snaprig"
refused 4 "state folder of '$mnt' is gone.*umount" rig status "$mnt"
umount_volume
wait_until 10 is_dead "$pid" || fail "the rig lives on"
