#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The journal lies beside the image, too: it outlives a rig that is killed, has
# the fault that killed it, goes on with the next mount, and is read without one.
. "${0%/*}/../lib/e2e.sh"

requires jq
mount_volume 4MiB
file=$image.snaprig/events.jsonl

# on_disk TEXT - it comes of itself.
on_disk()
{
	wait_until 10 grep -qF -e "$1" "$file" || fail "'$1' is not in '$file'"
}

# numbered FILE - the last mount in it has all its events.
numbered()
{
	jq -es '(map(.sequence) | rindex(1)) as $from | .[$from:] | map(.sequence) ==
		[range(1; length + 1)]' "$1" >/dev/null || fail "numbers are missing in '$1'"
}

touch "$mnt/snapshots/s0"
on_disk '"event":"snapshot.created"'
cmp "$file" "$mnt/.snaprig/events.jsonl" || fail "the file is not what the mount shows"
kill_rig
numbered "$file"
rig events "$image" --json >shown
cmp shown "$file" || fail "what is shown of the image is not what lies there"
rig events "$image" >shown
grep -q 'snapshot.created *snapshot=s0' shown || fail "it is not shown for people"
rig umount "$mnt"
refused 2 "cannot follow image" rig events "$image" --follow

# The fault that kills the rig is the last that is known of it.
rig mount "$image" "$mnt"
rig fault add "$mnt" 'snapshot.create crash' >/dev/null
! touch "$mnt/snapshots/s1" 2>/dev/null || fail "the rig has not died"
same "fault.fired snapshot.create crash" \
	"$(jq -rs 'last | "\(.event) \(.point) \(.action)"' "$file")" "the last event"
numbered "$file"
same 2 "$(grep -c '"event":"mounted"' "$file")" "mounts in the file"
rig umount "$mnt"

# A line that was torn costs itself.
printf '{"sequence":99,"time' >>"$file"
rig mount "$image" "$mnt"
rig gauge set "$mnt" memory.used 1% >/dev/null
umount_volume
same 1 "$(grep -cvE '^\{.*\}$' "$file")" "torn lines"
rig events "$image" --json >shown
grep -vF '"sequence":99' "$file" | cmp - shown || fail "the torn line is shown"
same gauge.set "$(jq -rs 'last.event' shown)" "the last event"
numbered shown

# The older half comes first.
head -n 2 shown >"$image.snaprig/events.old.jsonl"
tail -n +3 shown >"$file"
rig events "$image" --json | cmp - shown || fail "the halves are not in order"

rm -r "$image.snaprig"
refused 2 "has no journal" rig events "$image"
