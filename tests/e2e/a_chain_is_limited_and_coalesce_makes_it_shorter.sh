#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# 29 snapshots with writes between succeed and the 30th is error 109; deleting
# 20 of them changes nothing about the depth, coalesce does, and no view changes.
# Without snapshots everything is back in the image.
. "${0%/*}/../lib/e2e.sh"

requires jq
mount_volume 32MiB --profile xen --no-coalesce
depth()
{
	status .chain.depth
}

for n in $(seq 1 29); do
	write_at $((n * 4096 * 7)) 70000 "$mnt/live" "$n"
	touch "$mnt/snapshots/s$n"
done
write_at 100000 70000 "$mnt/live" 99
same 30 "$(depth)" "depth with 29 snapshots"
refused 1 "Too many links" touch "$mnt/snapshots/s30"
refused 4 "SR_BACKEND_FAILURE_109\(, The snapshot chain is too long, \)" \
	rig snapshot create "$mnt" s30

(cd "$mnt" && digests live snapshots/s2?) >sums
for n in $(seq 1 19); do rm "$mnt/snapshots/s$n"; done
rig snapshot delete "$mnt" s29
sed -i '/s29/d' sums
same 30 "$(depth)" "depth after 20 were deleted"
rig coalesce "$mnt" --wait
same 10 "$(depth)" "depth after coalesce"
(cd "$mnt" && have_digests "$work/sums") || fail "coalesce changed a view"
rig status "$mnt" | grep -q "^10 *live" || fail "the table does not show the live node"
rig status "$mnt" --json >status.json
jq -e '.nodes | length == 10' status.json >/dev/null || fail "nodes of the status"

# It is the same after a mount; a snapshot is then also possible again.
rig umount "$mnt"
rig mount "$image" "$mnt" --profile xen --no-coalesce
(cd "$mnt" && have_digests "$work/sums") || fail "a mount changed a view"
touch "$mnt/snapshots/again"

rm "$mnt"/snapshots/*
rig coalesce "$mnt" --wait
same 1 "$(depth)" "depth without snapshots"
live=$(digest "$mnt/live")
rig umount "$mnt"
same "$live" "$(digest "$image")" "the image after all was merged"

# Other profiles have no chain, and say so; a chain is not mounted without one.
rig mount "$image" "$mnt"
refused '2|4' "no chain" rig coalesce "$mnt"
rig umount "$mnt"
refused 2 "no chain" rig mount "$image" "$mnt" --sr lvm
rig mount "$image" "$mnt" --profile xen --no-coalesce
touch "$mnt/snapshots/s0"
rig umount "$mnt"
refused 4 "with --profile xen|with a profile of that kind" rig mount "$image" "$mnt"

# An SR without room: coalesce cannot begin, and says so; so does a snapshot.
rig mount "$image" "$mnt" --profile xen --no-coalesce
rm "$mnt/snapshots/s0"
rig coalesce "$mnt" --wait
used=$(status .chain.sr.used_bytes)
rig umount "$mnt"
rig mount "$image" "$mnt" --profile xen --no-coalesce --limit $((used + 4222976))
touch "$mnt/snapshots/a"
write_at $((24 << 20)) 4096 "$mnt/live" 1
touch "$mnt/snapshots/b"
write_at $((16 << 20)) 4096 "$mnt/live" 2
refused 1 "No space left on device" write_at $((20 << 20)) 4096 "$mnt/live" 2
refused 4 "SR_BACKEND_FAILURE_81" rig snapshot create "$mnt" c
rm "$mnt/snapshots/a"
refused 4 "cannot coalesce: No space to coalesce" rig coalesce "$mnt" --wait
grep -qF SM_GC_NO_SPACE "$mnt/.snaprig/kernel.log" || fail "no SM_GC_NO_SPACE in the log"
same 3 "$(depth)" "depth when coalesce had no space"
