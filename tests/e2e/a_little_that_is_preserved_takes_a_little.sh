#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What a store takes on the disk is in proportion to what it holds, and within its limit.
. "${0%/*}/../lib/e2e.sh"

requires jq
count=50
mount_volume 16MiB --limit 1MiB
write_at 0 16777216 "$mnt/live" 1
for i in $(seq "$count"); do
	touch "$mnt/snapshots/s$i"
done
write_at 0 4096 "$mnt/live" 2
state_bytes=$(du -s --block-size=1 "$image.snaprig" | cut -f1)
# A block, its header, the superblock, and the journal.
[ "$state_bytes" -le $((count * 65536 + 1048576)) ] ||
	fail "$count blocks of 4096 bytes take $state_bytes bytes"
rm "$mnt"/snapshots/*
touch "$mnt/snapshots/full"
write_at 0 16777216 "$mnt/live" 3
same failed "$(status '.snapshots[0].state')" "a store at its limit"
store_bytes=$(stat -c %s "$image.snaprig/full.store")
# The limit is of blocks; each segment has its header.
[ "$store_bytes" -le $((1048576 + 131072)) ] || fail "a store of 1 MiB takes $store_bytes bytes"
umount_volume
