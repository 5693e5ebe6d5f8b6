#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The profile vss: one area for all snapshots; at its limit all go, under the
# reader too, and the writer does not notice.
. "${0%/*}/../lib/e2e.sh"

requires jq
mount_volume 64MiB --profile vss --limit 4MiB
touch "$mnt/snapshots/s0"
write_at 0 2000000 "$mnt/live" 1
touch "$mnt/snapshots/s1"
write_at 0 1000000 "$mnt/live" 2
same 2 "$(status '.snapshots | length')" "snapshots before the limit"
same true "$(status '.gauges["store.used"].value > 0.7')" "share of the area"
exec 3<"$mnt/snapshots/s0"
dd bs=4096 count=1 status=none <&3 >/dev/null || fail "cannot read before the limit"
write_at 8000000 4000000 "$mnt/live" 3
dd bs=4096 count=1 status=none <&3 >/dev/null 2>&1 && fail "a snapshot that is gone can be read"
exec 3<&-
same "" "$(ls "$mnt/snapshots")" "snapshots after the limit"
same 0 "$(status '.snapshots | length')" "snapshots in the status"
grep -q "^VolSnap 36: The shadow copies of volume C: were aborted because the shadow copy" \
	"$mnt/.snaprig/kernel.log" || fail "no event in kernel.log"
touch "$mnt/snapshots/s0" || fail "no snapshot can be taken afterwards"
rig umount "$mnt"
rig mount "$image" "$mnt" --profile vss
same 1 "$(status '.snapshots | length')" "snapshots after a mount"
