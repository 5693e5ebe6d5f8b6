#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Where a snapshot has data, and which blocks have changed since, is told wrongly:
# who copies what he is told loses data without an error, or copies too much.
. "${0%/*}/../lib/e2e.sh"

requires jq
mount_volume 8MiB
random_bytes 1 1048576 >piece
for at in 1 3; do
	dd if=piece of="$mnt/live" bs=1M seek=$at conv=notrunc status=none
done
touch "$mnt/snapshots/s0"
s0=$mnt/snapshots/s0
cp "$s0" old

# fault RULE - in place of those before.
fault()
{
	rig fault clear "$mnt"
	rig fault add "$mnt" "$1" >/dev/null
}

# ranges - in KiB.
ranges()
{
	"$E2E_TOOLS/holes" "$s0" | while read -r first length; do
		echo "$((first / 1024))+$((length / 1024))"
	done | xargs
}

same "1024+1024 3072+1024" "$(ranges)" "data of the snapshot"
fault 'snapshot.seek hole offset=1500KiB..1600KiB'
same "1024+476 1600+448 3072+1024" "$(ranges)" "data with a hole that is none"
# SEEK_DATA from the start tells 1 MiB and meets nothing; of the others one runs into it, and
# one begins in it.
same 2 "$(status '.faults[0].fired')" "seeks that were struck"
cmp "$s0" old || fail "what is read is not what it was"
cp --sparse=auto "$s0" copy
head -c 1536000 old >wanted
head -c 102400 /dev/zero >>wanted
tail -c +1638401 old >>wanted
cmp copy wanted || fail "a copy that passes over holes has what lies in one"

fault 'snapshot.seek hole'
same "" "$(ranges)" "data of a snapshot that is said to be a hole"
fault 'snapshot.seek data offset=5MiB..6MiB'
same "1024+1024 3072+1024 5120+1024" "$(ranges)" "data with a hole that is said to be data"
fault 'snapshot.seek data'
same "0+8192" "$(ranges)" "data of a snapshot that is said to be full"
# An ordinary user cannot write to the copy, whose mode is the snapshot's.
cp --force --sparse=auto "$s0" copy
cmp copy old || fail "a copy of too much is not the same"
fault 'snapshot.seek error=EIO snapshot=s0'
refused 1 'Input/output error' "$E2E_TOOLS/holes" "$s0"
same "$(rig fault clear "$mnt" && "$E2E_TOOLS/holes" "$mnt/live")" "$("$E2E_TOOLS/holes" "$s0")" \
	"data without a fault"
fault 'snapshot.seek hang'
"$E2E_TOOLS/holes" "$s0" >found &
seeker=$!
has_fired() { [ "$(status '.faults[0].fired')" = 1 ]; }
wait_until 10 has_fired || fail "no seek hangs"
kill -9 $seeker
wait $seeker 2>/dev/null || true
rig fault clear "$mnt"

# ---- changed blocks, in more than one answer ----

i=0
while [ $i -lt 1024 ]; do
	echo "$((i * 8192)) 4096"
	i=$((i + 1))
done >changed
while read -r at _; do
	printf x | dd of="$mnt/live" bs=1 oflag=seek_bytes seek="$at" conv=notrunc status=none
done <changed
rig snapshot changed "$mnt" s0 | cmp - changed || fail "changed blocks"
fault 'changed.read missing=10 times=1'
rig snapshot changed "$mnt" s0 >found
same 1 "$(status '.faults[0].fired')" "maps that were struck, in several answers"
same 1014 "$(wc -l <found)" "blocks that are told"
same "" "$(grep -vxFf changed found)" "blocks that did not change"
fault 'changed.read added=100 times=1'
rig snapshot changed "$mnt" s0 >found
same 1124 "$(wc -l <found)" "blocks that are told, with those that did not change"
same "" "$(grep -vxFf found changed)" "changed blocks that are not told"
fault 'changed.read lost snapshot=s0'
same "0 []" "$(rig snapshot changed "$mnt" s0 --json | jq -cr '"\(.changed_blocks) \(.extents)"')" \
	"what a lost map tells"
same 1024 "$(status '.snapshots[0].changed_blocks')" "changed blocks in the status"
fault 'changed.read error=EIO'
refused 4 "cannot list the changes since 's0': Input/output error" rig snapshot changed "$mnt" s0
rig fault clear "$mnt"
rig snapshot changed "$mnt" s0 | cmp - changed || fail "changed blocks in the end"
umount_volume
