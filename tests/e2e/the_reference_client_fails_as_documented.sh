#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Its log on a snapshot that dies is that of ActiveImage Protector, line by
# line; it leaves nothing, and the remedy of the manual works.
. "${0%/*}/../lib/e2e.sh"

mount_volume 64MiB --profile actiphy
touch "$mnt/snapshots/s1"
write_at 0 16777216 "$mnt/live"
same failed "$(status '.snapshots[0].state')" "state of the snapshot"

mkdir out
e2e_status=0
rig backup "$mnt/snapshots/s1" out/b1 >log || e2e_status=$?
cat log
same 198 "$e2e_status" "exit code"
same "" "$(ls -A out)" "what is left"

stamp='[0-9]{2}/[0-9]{2}/[0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}'
! grep -vE "^$stamp " log || fail "a line without a time"
cut -d' ' -f3- log >lines
cat >wanted <<END
Pipeline start
OOOW: No
ReadFile failed Level = ERROR[5]
Warning: less data read, (0, 8388608 0)
###### something wrong during run pipe line
Pipeline end, exit code: -314
END
diff wanted lines || fail "the log differs from the documented one"

rm "$mnt/snapshots/s1"
touch "$mnt/snapshots/s2"
was=$(digest "$mnt/live")
rig backup "$mnt/snapshots/s2" out/b2 >log
grep -qx "$(tail -n 1 log | cut -c-23) Pipeline end, exit code: 0" log || fail "no success"
same "b2 b2.manifest" "$(names_of out)" "what is published"
rig restore out/b2 restored
same "$was" "$(digest restored)" "restored content"

# Asked to stop, it leaves nothing either.
mkfifo never
refused 1 "not a regular file" rig backup never out/b3
same "b2 b2.manifest" "$(names_of out)" "what is published"
umount_volume
