#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What device-mapper does to a snapshot of profile lvm: it is detached and shows the present where
# it has kept nothing, attached again, renamed while a file of it is open, and given another limit;
# all of it lasts over a kill.  Another profile refuses.
. "${0%/*}/../lib/e2e.sh"

requires jq
mount_volume 4MiB --profile lvm
random_bytes 1 4194304 >old
cp old model
dd if=old of="$mnt/live" bs=1M conv=notrunc status=none
rig snapshot create "$mnt" b1 --limit 1MiB
write_at 0 65536 "$mnt/live" 2
write_at 0 65536 model 2
cmp "$mnt/snapshots/b1" old || fail "an attached snapshot"

# told FIELD - of the only snapshot.
told()
{
	status ".snapshots[0].$1"
}

same true "$(told attached)" "a new snapshot is attached"
rig snapshot detach "$mnt" b1
rig snapshot detach "$mnt" b1
same false "$(told attached)" "it is detached"
same active "$(told state)" "and active"
write_at 131072 65536 "$mnt/live" 3
write_at 131072 65536 model 3
write_at 131072 65536 old 3
write_at 0 4096 "$mnt/live" 4
write_at 0 4096 model 4
cmp "$mnt/snapshots/b1" old || fail "a detached snapshot shows what it has, and else the present"
cmp "$mnt/live" model || fail "the live view"

exec 3<"$mnt/snapshots/b1"
rig snapshot rename "$mnt" b1 vg0-b1
same vg0-b1 "$(ls "$mnt/snapshots")" "its name"
cmp - old <&3 || fail "a file that was open before it was renamed"
exec 3<&-
refused 2 "no snapshot 'b1'" rig snapshot rename "$mnt" b1 b2
refused 2 "cannot rename snapshot 'vg0-b1'" rig snapshot rename "$mnt" vg0-b1 a/b
rig snapshot limit "$mnt" vg0-b1 2MiB
same 4096 "$(told native | sed 's/.*\///; s/ .*//')" "sectors of its limit"
refused 2 "a COW volume is a whole number of sectors" rig snapshot limit "$mnt" vg0-b1 1000

kill_rig
rig mount "$image" "$mnt" --profile lvm
same 'vg0-b1 false' "$(status '.snapshots[0] | "\(.name) \(.attached)"')" "after a kill"
cmp "$mnt/snapshots/vg0-b1" old || fail "its bytes after a kill"
rig snapshot attach "$mnt" vg0-b1
write_at 1048576 65536 "$mnt/live" 5
cmp "$mnt/snapshots/vg0-b1" old || fail "attached, it keeps what is replaced"
for event in detached renamed limited attached; do
	grep -q "\"event\":\"snapshot.$event\"" "$mnt/.snaprig/events.jsonl" ||
		grep -q "\"event\":\"snapshot.$event\"" "$image.snaprig/"events*.jsonl ||
		fail "the journal does not say $event"
done

# Less than it uses: the next block overflows.
rig snapshot limit "$mnt" vg0-b1 64KiB
same active "$(told state)" "with less room than it uses"
write_at 2097152 4096 "$mnt/live" 6
same invalid "$(told state)" "at the next block"
refused 4 "it has failed" rig snapshot attach "$mnt" vg0-b1
umount_volume

rm -r "$image" "$image.snaprig"
mount_volume 4MiB
touch "$mnt/snapshots/s0"
refused 2 "profile lvm alone can" rig snapshot detach "$mnt" s0
