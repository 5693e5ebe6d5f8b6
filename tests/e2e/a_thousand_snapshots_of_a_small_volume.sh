#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A thousand snapshots, some writes between them: each reads as it was, also after
# a mount, and all go.  The soft limit of open files is lower than that.
. "${0%/*}/../lib/e2e.sh"

requires jq prlimit
not_under_valgrind "keeps the limit of open files for itself"
count=1000
[ "$e2e_slow" = 0 ] || count=200
prlimit --pid "$$" --nofile=128:
mount_volume 4MiB --profile plain
write_at 0 4194304 "$mnt/live"
i=1
while [ "$i" -le "$count" ]; do
	: 2>/dev/null >"$mnt/snapshots/s$i" || fail "snapshot $i of $count"
	if [ $((i % 250)) = 0 ] || [ "$i" = 1 ]; then
		digest "$mnt/live" >"was.s$i"
		write_at $((i * 3000)) 5000 "$mnt/live" "$i"
	fi
	i=$((i + 1))
done
same "$count" "$(status '.snapshots | length')" "snapshots"
same "$count" "$(status '[.snapshots[] | select(.state == "active")] | length')" "active ones"

check()
{
	for was in was.*; do
		same "$(cat "$was")" "$(digest "$mnt/snapshots/${was#was.}")" "${was#was.} $1"
	done
}
check "after the writes"
rig umount "$mnt"
rig mount "$image" "$mnt" --profile plain
check "after a mount"
live=$(digest "$mnt/live")
rm "$mnt"/snapshots/*
same 0 "$(status '.snapshots | length')" "snapshots after rm"
same "$live" "$(digest "$mnt/live")" "live view after rm"
