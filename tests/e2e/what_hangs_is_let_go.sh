#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A reader that hangs goes on when it is released, when its rule is removed,
# and when the volume is unmounted, in whichever way; meanwhile others are served.
. "${0%/*}/../lib/e2e.sh"

requires jq

# hang - a reader of the snapshot in the background, which hangs; in $reader.
hang()
{
	rig fault add "$mnt" 'snapshot.read hang name=stuck' >/dev/null
	dd if="$mnt/snapshots/s0" of=/dev/null bs=4k count=1 2>log &
	reader=$!
	wait_until 10 is_stuck || fail "nobody hangs"
	kill -0 "$reader" || fail "the reader has not waited"
}

is_stuck()
{
	[ "$(status '.faults[0].fired')" = 1 ]
}

# goes_on WHAT EXIT - the reader ends by itself, with that exit.
goes_on()
{
	e2e_status=0
	wait "$reader" || e2e_status=$?
	echo "$e2e_status" | grep -qxE "$2" || fail "exit $e2e_status of the reader after $1"
}

mount_volume 4MiB
touch "$mnt/snapshots/s0"
hang
dd if="$mnt/live" of=/dev/null bs=1M status=none || fail "the live view hangs, too"
same 1 "$(rig fault release "$mnt")" "released"
goes_on release 0
same 0 "$(rig fault release "$mnt")" "released when nobody hangs"
rig fault remove "$mnt" stuck
refused 2 "no fault 'stuck'" rig fault remove "$mnt" stuck

hang
rig fault remove "$mnt" stuck
goes_on removal 0
hang
rig fault clear "$mnt"
goes_on clearing 0

# The reader has the file open, which keeps the mount until it is let go.
hang
umount_volume
goes_on umount 0

rig mount "$image" "$mnt"
hang
kill -TERM "$(rig_pid)"
goes_on SIGTERM '0|1'
wait_until 10 no_rig_runs || fail "the rig does not end"

rig mount "$image" "$mnt"
hang
pid=$(rig_pid)
fusermount3 -uz "$mnt" 2>/dev/null || umount -l "$mnt"
# The mount lives on until its last file is closed; SIGTERM ends it.
kill -TERM "$pid"
goes_on 'fusermount3 -uz' '0|1'
wait_until 10 no_rig_runs || fail "the rig does not end after a lazy unmount"
