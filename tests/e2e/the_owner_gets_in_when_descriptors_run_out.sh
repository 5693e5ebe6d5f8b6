#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# With as many snapshots as there are descriptors, the control socket still answers,
# and all of them can be mounted again.  Idle connections shut nobody out, and the
# socket of a rig that was just killed is waited for.
. "${0%/*}/../lib/e2e.sh"

not_under_valgrind "has descriptors of its own"
requires jq socat prlimit
image=$work/volume.img
mnt=$work/mnt
mkdir "$mnt"
rig create "$image" --size 1MiB

# with_few COMMAND... - with 48 descriptors at most.
with_few()
{
	prlimit --nofile=48:48 "$@"
}

with_few "$SNAPRIG" mount "$image" "$mnt"
count=0
while touch "$mnt/snapshots/s$count" 2>said; do
	count=$((count + 1))
	[ "$count" -lt 60 ] || fail "48 descriptors are no limit"
done
grep -q "Too many open files" said || fail "touch says: $(cat said)"
[ "$count" -ge 10 ] || fail "only $count snapshots"
same "$count" "$(timeout 60 "$SNAPRIG" status "$mnt" --json | jq '.snapshots | length')" snapshots
timeout 60 "$SNAPRIG" snapshot list "$mnt" >/dev/null
# Several at a time, who keep what they have.
for seconds in 3 3 3 3; do
	sleep "$seconds" | socat -u - UNIX-CONNECT:mnt/.snaprig/control &
done
sleep 0.3
timeout 60 "$SNAPRIG" status "$mnt" >/dev/null
wait
# Connections live on what is kept back, so the room of a snapshot that went is there at once.
for seconds in 2 2; do
	sleep "$seconds" | socat -u - UNIX-CONNECT:mnt/.snaprig/control &
done
sleep 0.3
timeout 60 "$SNAPRIG" snapshot delete "$mnt" s0
touch "$mnt/snapshots/s0"
wait
! touch "$mnt/snapshots/more" 2>/dev/null || fail "there was room for another one"
names=$(names_of "$mnt/snapshots")
umount_volume
with_few "$SNAPRIG" mount "$image" "$mnt" || fail "cannot mount as many again"
same "$names" "$(names_of "$mnt/snapshots")" "snapshots after another mount"
for snapshot in "$mnt"/snapshots/*; do
	digest "$snapshot" >/dev/null || fail "cannot read $snapshot"
done
timeout 60 "$SNAPRIG" snapshot delete "$mnt" s1
umount_volume

# 64 connections that do nothing.
rig mount "$image" "$mnt"
idle=0
while [ "$idle" -lt 70 ]; do
	idle=$((idle + 1))
	sleep 2 | socat -u - UNIX-CONNECT:mnt/.snaprig/control 2>/dev/null &
done
sleep 0.7
timeout 60 "$SNAPRIG" status "$mnt" >/dev/null || fail "idle connections shut the owner out"
timeout 60 "$SNAPRIG" snapshot create "$mnt" late || fail "idle connections shut the owner out"
wait
umount_volume

# Somebody still listens, for a moment.
(cd "$image.snaprig" && exec socat UNIX-LISTEN:control.sock,fork SYSTEM:true) &
listener=$!
wait_until 20 test -S "$image.snaprig/control.sock" || fail "nobody listens"
(sleep 0.4 && kill "$listener") &
rig mount "$image" "$mnt" || fail "the socket of one who is going was not waited for"
wait
rig status "$mnt" >/dev/null
