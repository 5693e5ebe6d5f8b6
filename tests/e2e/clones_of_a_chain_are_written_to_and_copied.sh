#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Clones of a chain's snapshots: written to beside the live view, snapshotted,
# killed and found again.  A full copy is what cures a chain that is too long.
. "${0%/*}/../lib/e2e.sh"

requires jq
mount_volume 16MiB --profile xen --no-coalesce
sums()
{
	(cd "$mnt" && digests live snapshots/*)
}

write_at 100000 300000 "$mnt/live" 1
touch "$mnt/snapshots/s0"
write_at 200000 300000 "$mnt/live" 2
rig snapshot clone "$mnt" s0 c0
same "$(digest "$mnt/snapshots/s0")" "$(digest "$mnt/snapshots/c0")" "a fresh clone"
live=$(digest "$mnt/live") s0=$(digest "$mnt/snapshots/s0")
write_at 150001 70000 "$mnt/snapshots/c0" 3
same "$live" "$(digest "$mnt/live")" "the live view after a write to the clone"
same "$s0" "$(digest "$mnt/snapshots/s0")" "the snapshot after a write to the clone"
# Its mode is enough for an ordinary user.
refused 2 "Read-only file system|Permission denied" sh -c ": 1<>'$mnt/snapshots/s0'"

# A snapshot of the clone stays as the clone goes on.
rig snapshot create "$mnt" cs --of c0 --json >made.json
jq -e '.clone == false and .depth == 3' made.json >/dev/null || fail "made: $(cat made.json)"
cs=$(digest "$mnt/snapshots/cs")
write_at 0 50000 "$mnt/snapshots/c0" 4
same "$cs" "$(digest "$mnt/snapshots/cs")" "the clone's snapshot"
same "clone 3 c0" "$(status '.nodes[] | select(.clone) | "\(.role) \(.depth) \(.clone)"')" \
	"the clone's head"

refused 2 "no snapshot 'none'" rig snapshot clone "$mnt" none x
refused 2 "'c0' exists already" rig snapshot clone "$mnt" s0 c0
refused 2 "cannot make clone 'x': a clone is made of a snapshot" rig snapshot clone "$mnt" c0 x
refused 2 "cannot take snapshot 'x': a snapshot is taken of the live view or of a clone" \
	rig snapshot create "$mnt" x --of s0

sync "$mnt/snapshots/c0"
sums >before
kill_rig
rig mount "$image" "$mnt" --profile xen --no-coalesce 2>said || fail "$(cat said)"
sums | diff before - || fail "a kill changed a view"

# Thirty nodes: the snapshot cannot be cloned any more, but copied; the copy begins anew.
for n in $(seq 1 28); do
	write_at $((n * 40000)) 5000 "$mnt/live" "$n"
	touch "$mnt/snapshots/t$n"
done
write_at 1000 5000 "$mnt/live" 99
refused 4 "SR_BACKEND_FAILURE_109" rig snapshot create "$mnt" t29
refused 4 "cannot make clone 'x': SR_BACKEND_FAILURE_109" rig snapshot clone "$mnt" t28 x
rig snapshot clone "$mnt" t28 copy --full
same 1 "$(status '.snapshots[] | select(.name == "copy") | .depth')" "depth of the copy"
same "$(digest "$mnt/snapshots/t28")" "$(digest "$mnt/snapshots/copy")" "the copy"
rig snapshot create "$mnt" u0 --of copy
sums >before
rig umount "$mnt"
rig mount "$image" "$mnt" --profile xen --no-coalesce
sums | diff before - || fail "a mount changed a view"

# All but the clones goes: coalesce merges and deletes what is left of it, in every tree.
for name in $(cd "$mnt/snapshots" && echo s0 cs t* u0); do rm "$mnt/snapshots/$name"; done
sums >before
rig coalesce "$mnt" --wait
sums | diff before - || fail "coalesce changed a view"
same "c0 copy" "$(status '[.snapshots[] | select(.clone) | .name] | join(" ")')" "the clones"
same "1" "$(status '.snapshots[] | select(.name == "copy") | .depth')" "depth of the copy at last"
rm "$mnt/snapshots/c0" "$mnt/snapshots/copy"
rig coalesce "$mnt" --wait
same 1 "$(status '.nodes | length')" "nodes without clones"
same "" "$(find "$image.snaprig" -name '*.node*')" "node files without clones"

# Without a chain there are none, which is said.
rig umount "$mnt"
rig mount "$image" "$mnt"
touch "$mnt/snapshots/s"
refused 2 "only a chain has clones" rig snapshot clone "$mnt" s c
