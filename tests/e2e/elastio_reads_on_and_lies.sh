#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The profile elastio: when its COW file is full, reads of the snapshot succeed
# and have the live view's new bytes, also after a mount.
. "${0%/*}/../lib/e2e.sh"

requires jq
mount_volume 16MiB --profile elastio
touch "$mnt/snapshots/s0"
before=$(digest "$mnt/snapshots/s0")
write_at 0 1000000 "$mnt/live" 1
same "$before" "$(digest "$mnt/snapshots/s0")" "snapshot before the limit"
write_at 4000000 2000000 "$mnt/live" 2
same stale "$(status '.snapshots[0].state')" "state after the limit"
[ "$before" != "$(digest "$mnt/snapshots/s0")" ] || fail "it is not stale"
dd if="$mnt/snapshots/s0" of=head bs=1000000 count=1 status=none
head -c 1000000 /dev/zero | cmp - head || fail "what was kept is not what it was"
grep -qF "elastio-snap: cow file '/.elastio' max size exceeded" "$mnt/.snaprig/kernel.log" ||
	fail "no line in kernel.log"
stale=$(digest "$mnt/snapshots/s0")
rig umount "$mnt"
rig mount "$image" "$mnt" --profile elastio
same stale "$(status '.snapshots[0].state')" "state after a mount"
same "$stale" "$(digest "$mnt/snapshots/s0")" "content after a mount"
refused '2|4' "EFBIG|File too large" rig snapshot changed "$mnt" s0
