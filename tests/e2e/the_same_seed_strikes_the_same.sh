#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Two mounts with one seed and the same operations have the same journal, times
# aside; another seed has another.
. "${0%/*}/../lib/e2e.sh"

requires jq
run()
{
	image=$work/volume.img
	rm -rf "$image" "$image.snaprig"
	mount_volume 4MiB --seed "$1" --fault 'live.write delay=1ms chance=30%' \
		--fault 'snapshot.read flip=3 chance=50% snapshot=s0' \
		--fault 'live.read short=100 every=7 phase=middle'
	touch "$mnt/snapshots/s0"
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
		write_at $((i * 5000)) 4096 "$mnt/live" "$i"
		dd if="$mnt/snapshots/s0" bs=4k count=1 skip="$i" status=none
		dd if="$mnt/live" bs=4k count=1 skip="$i" status=none
	done | digest - >"digest.$2"
	jq -c 'del(.time_ns)' "$mnt/.snaprig/events.jsonl" >"journal.$2"
	umount_volume
}

run 7 first
run 7 second
run 8 other
grep -q '"event":"fault.fired"' journal.first || fail "nothing has struck"
diff journal.first journal.second || fail "the same seed gives another journal"
cmp digest.first digest.second || fail "the same seed gives other bytes"
! cmp -s digest.first digest.other || fail "another seed gives the same bytes"

# Rules are told apart by their names, and shown with what they did.
mount_volume_again()
{
	rig mount "$image" "$mnt" "$@"
}
mount_volume_again
one=$(rig fault add "$mnt" 'live.read delay=1ms name=slow')
same "$one" "$(rig fault add "$mnt" 'live.read name=slow delay=1ms')" "the same rule again"
two=$(rig fault add "$mnt" 'live.read delay=2ms name=slow')
[ "$one" != "$two" ] || fail "another rule has the number of the one that it replaced"
same 1 "$(rig fault list "$mnt" --json | jq '.faults | length')" "rules"
same 'live.read delay=2ms name=slow' "$(status '.faults[0].rule')" "the rule in the status"
same true "$(status '.faults[0].replayable')" "replayable"
rig fault add "$mnt" 'live.write drop from=1h' >/dev/null
same false "$(status '.faults[1].replayable')" "replayable by the clock"
rig fault list "$mnt" | grep -q 'live.write drop from=1h' || fail "the list does not show it"
refused 2 "unknown point 'snapshot.reed' at column 1; did you mean 'snapshot.read'" \
	rig fault add "$mnt" 'snapshot.reed zero'
refused 2 "'tear' makes no sense at point 'live.read': only a write can be torn" \
	rig fault add "$mnt" 'live.read tear=1'
# The points say what is true there, and what may strike.
rig list points | grep -q '^snapshot.read  *read  *a read of a snapshot has arrived' ||
	fail "the points do not say what is true there"
rig list points --json | jq -e '.points | all(.actions | index("error") and index("crash"))
	and any(.name == "snapshot.read" and (.actions | index("stale")))' >/dev/null ||
	fail "the points do not say what may strike there"
umount_volume
refused 2 "did you mean 'live.read'" rig mount "$image" "$mnt" --fault 'live.reed zero'
