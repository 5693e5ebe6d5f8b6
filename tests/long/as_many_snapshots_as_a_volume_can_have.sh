#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# 4,096 snapshots of a volume: one more is refused, a write is preserved in all of them, and
# each reads as it was, also after an unmount and after a kill; all go.
. "${0%/*}/../lib/e2e.sh"

requires jq prlimit
count=4096
hard=$(prlimit --nofile --noheadings --output HARD --pid "$$")
case $hard in
unlimited) ;;
*) [ "$hard" -gt $((count + 200)) ] || skip "only $hard files can be open (ulimit -Hn)" ;;
esac

mount_volume 1MiB
write_at 0 1048576 "$mnt/live" 1
made=0
while [ "$made" -lt "$count" ]; do
	made=$((made + 1))
	: >"$mnt/snapshots/s$made" || fail "snapshot $made of $count"
	[ "$made" != 2048 ] || write_at 8192 4096 "$mnt/live" 2
done
refused=0
(: >"$mnt/snapshots/more") 2>said || refused=$?
[ "$refused" != 0 ] || fail "there was room for one more"
digest "$mnt/live" >newest
write_at 8192 4096 "$mnt/live" 3

# all_are WHEN - of some what they read, of all that they are there.
all_are()
{
	active=$(status '[.snapshots[] | select(.state == "active")] | length')
	same "$count" "$active" "snapshots $1"
	same "$(cat newest)" "$(digest "$mnt/snapshots/s$count")" "the newest $1"
	same "$(cat newest)" "$(digest "$mnt/snapshots/s2049")" "the first behind a write $1"
	same "$(digest "$mnt/snapshots/s1")" "$(digest "$mnt/snapshots/s2048")" "those before it $1"
	[ "$(digest "$mnt/snapshots/s1")" != "$(cat newest)" ] || fail "s1 shows a later write $1"
}

all_are "at first"
written=$(status '[.snapshots[].store.blocks | select(. > 0)] | length')
same "$count" "$written" "stores with blocks"
umount_volume
rig mount "$image" "$mnt"
all_are "after an unmount"
kill_rig
rig umount "$mnt"
rig mount "$image" "$mnt"
all_are "after a kill"
rm "$mnt"/snapshots/*
same 0 "$(status '.snapshots | length')" "snapshots at the end"
umount_volume
