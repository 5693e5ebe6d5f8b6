#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `snaprig datto`: what dbdctl answers, and the driver's states, on a real mount.
. "${0%/*}/../lib/e2e.sh"

requires jq
mount_volume 64MiB --profile datto
ctl() { rig datto ctl "$mnt" "$@"; }
state() { sed -n 's/.*"state": //p' "$mnt/.snaprig/datto-info"; }

ctl setup-snapshot "$mnt/live" /mnt/.datto 3
same 3 "$(state)" "state after setup"
write_at 0 1000000 "$mnt/live" 1
refused 255 "^driver returned an error .*: Device or resource busy$" \
	ctl setup-snapshot "$mnt/live" /mnt/.datto 3
refused 255 "^error interpreting destroy parameters" ctl destroy
grep -q "dbdctl destroy <minor>" "$work/stdout" || fail "no usage"
ctl transition-to-incremental 3
same 2 "$(state)" "state of an incremental"
same true "$(status '.snapshots[0].tracks_only')" "does it say that it only tracks"
head -c 1 "$mnt/snapshots/datto3" >/dev/null 2>&1 && fail "an incremental can be read"
write_at 4000000 100000 "$mnt/live" 2
same 270 "$(status '.snapshots[0].changed_blocks')" "changed blocks"
kill_rig
rig mount "$image" "$mnt" --profile datto
same 270 "$(status '.snapshots[0].changed_blocks')" "changed blocks after a kill"
same 2 "$(state)" "state after a kill"
ctl transition-to-snapshot -f 32 /mnt/.datto1 3
same 3 "$(state)" "state of a snapshot again"
same null "$(status '.snapshots[0].tracks_only')" "does it say that it only tracks, as a snapshot"
same 33554432 "$(status '.snapshots[0].store.limit_bytes')" "room of the new COW file"
cmp "$mnt/live" "$mnt/snapshots/datto3" || fail "the snapshot is not the live view of now"
grep -q '"seq_id": 2' "$mnt/.snaprig/datto-info" || fail "no new sequence id"
rig datto umount "$mnt"
same dormant "$(status '.snapshots[0].state')" "state of an unmounted file system"
head -c 1 "$mnt/snapshots/datto3" >/dev/null 2>&1 && fail "a dormant snapshot can be read"
refused 2 "unmounted already" rig datto umount "$mnt"
rig datto mount "$mnt"
same active "$(status '.snapshots[0].state')" "state when it is mounted again"
ctl destroy 3
same "" "$(state)" "state without a device"

# A full COW file grows, unless too little would be left free.
ctl setup-snapshot -f 1 "$mnt/live" /mnt/.datto 0
ctl reconfigure-auto-expand 1 0
grep -q '"step_size_mib": 1,' "$mnt/.snaprig/datto-info" || fail "auto-expand is not shown"
write_at 0 3000000 "$mnt/live" 3
same active "$(status '.snapshots[0].state')" "state with auto-expand"
ctl reconfigure-auto-expand -r 17592186044415 1 0
write_at 5000000 3000000 "$mnt/live" 4
same EFBIG "$(status '.snapshots[0].error')" "error when there is no room to expand"
grep -q "^datto: rejected auto-expand: 1 MiB step size, 17592186044415 MiB reserved space, " \
	"$mnt/.snaprig/kernel.log" || fail "it is not logged"
rig umount "$mnt"
rig mount "$image" "$mnt" --profile plain
refused 2 "has no dattobd" rig datto ctl "$mnt" destroy 0
