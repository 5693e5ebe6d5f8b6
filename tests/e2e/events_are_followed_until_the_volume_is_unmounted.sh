#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The journal is seen live, by `snaprig events --follow` and by tail, and who
# follows sees the last event and ends by himself, as the volume did.
. "${0%/*}/../lib/e2e.sh"

requires jq
mount_volume 8MiB --profile datto --limit 1MiB

rig events "$mnt" --follow --json >followed &
follower=$!
rig events "$mnt" --follow >shown &
shower=$!
tail -c +1 -s 0.1 -f "$mnt/.snaprig/events.jsonl" >tailed &
tailer=$!
on_exit "kill $tailer 2>/dev/null"

# sees FILE TEXT - it comes while the volume is mounted.
sees()
{
	wait_until 10 grep -qF -e "$2" "$1" || fail "$1 does not show '$2'"
}

sees followed '"event":"mounted"'
bytes=$(stat -c %s "$mnt/.snaprig/events.jsonl")
touch "$mnt/snapshots/s0"
sees followed '"event":"snapshot.created"'
sees tailed '"event":"snapshot.created"'
[ "$(stat -c %s "$mnt/.snaprig/events.jsonl")" -gt "$bytes" ] || fail "the file has not grown"
write_at 0 4194304 "$mnt/live"
sees followed '"event":"snapshot.failed"'
rig fault add "$mnt" 'live.read error=EIO times=1' >/dev/null
! dd if="$mnt/live" bs=4k count=1 status=none 2>/dev/null || fail "the fault has not struck"
sees followed '"event":"fault.fired"'
rm "$mnt/snapshots/s0"
sees followed '"event":"snapshot.deleted"'
sees tailed '"event":"snapshot.deleted"'
sees shown 'rule="live.read error=EIO times=1"'
sees shown 'snapshot.failed   snapshot=s0 error=EFBIG'

# All of it is the same, for whomever.
same "$(jq -s 'length' followed)" "$(status .journal.events)" "events in the status"
jq -es 'map(.sequence) == [range(1; length + 1)]' followed >/dev/null || fail "numbers are missing"
cmp followed "$mnt/.snaprig/events.jsonl" || fail "what is followed is not the file"
rig events "$mnt" --json >once
cmp followed once || fail "what is followed is not what is printed once"
rig events "$mnt" >once
wait_until 10 cmp -s shown once || fail "for people, what is followed is not what is printed once"

# SIGINT ends who follows, and only him.
# Not through the function, whose shell would get the signal.
"$SNAPRIG" events "$mnt" --follow --json >interrupted &
interrupted=$!
sees interrupted '"event":"snapshot.deleted"'
kill -INT "$interrupted"
wait "$interrupted" || fail "exit $? after SIGINT"

kill "$tailer"
wait "$tailer" || true
# Not to be missed: it happens at the very end.
rig gauge set "$mnt" memory.used 1% >/dev/null
umount_volume
wait "$follower" || fail "exit $? of who followed"
wait "$shower" || fail "exit $? of who followed for people"
same gauge.set "$(jq -rs 'last.event' followed)" "the last event"

# A rig that dies is no end.
rig mount "$image" "$mnt"
rig events "$mnt" --follow >killed &
follower=$!
sees killed mounted
kill_rig
status=0
wait "$follower" || status=$?
same 4 "$status" "exit of who followed a rig that was killed"
rig umount "$mnt"
refused 2 "no volume is mounted on" rig events "$mnt"
refused 2 "no volume is mounted on" rig events "$mnt" --follow
