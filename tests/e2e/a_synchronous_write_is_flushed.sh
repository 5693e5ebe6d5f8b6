#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fsync, O_DSYNC, O_SYNC and RWF_DSYNC of the live view and of what can be written
# beside it reach the disk below: the image, and the nodes of a chain.
. "${0%/*}/../lib/e2e.sh"
requires jq python3

flushes()
{
	status .counters.live_flushes
}

# write_as FLAGS FILE - one block by dd with these flags.
write_as()
{
	dd if=/dev/zero of="$2" bs=4096 count=1 conv=notrunc oflag="$1" status=none
}

fails_with_eio()
{
	! "$@" 2>"$work/stderr" || fail "succeeds: $*"
	grep -q "Input/output error" "$work/stderr" || fail "$(cat "$work/stderr")"
}

fsync_of()
{
	sync -d "$1"
}

mount_volume 4MiB --profile lvm
before=$(flushes)
write_as direct "$mnt/live"
same "$before" "$(flushes)" "flushes after a write that asks for none"
for flags in dsync direct,dsync sync direct,sync; do
	before=$(flushes)
	write_as $flags "$mnt/live"
	same $((before + 1)) "$(flushes)" "flushes after a write with $flags"
done
before=$(flushes)
python3 -c 'import os, sys
file = os.open(sys.argv[1], os.O_RDWR)
os.pwritev(file, [bytes(4096)], 0, os.RWF_DSYNC)' "$mnt/live"
same $((before + 1)) "$(flushes)" "flushes after a write with RWF_DSYNC"

echo "what cannot be flushed is an error"
rig fault add "$mnt" 'live.flush error=EIO' >/dev/null
fails_with_eio write_as dsync "$mnt/live"
fails_with_eio fsync_of "$mnt/live"
write_as direct "$mnt/live"
rig fault clear "$mnt"
touch "$mnt/snapshots/s"
rig fault add "$mnt" 'store.flush error=EIO' >/dev/null
fails_with_eio write_as dsync "$mnt/snapshots/s"
rig fault clear "$mnt"
write_as dsync "$mnt/snapshots/s"
umount_volume
rm -rf "$image" "$image.snaprig"

echo "a chain: the leaf that was written to, and a clone's"
mount_volume 4MiB --profile xen --no-coalesce
write_as dsync "$mnt/live"
touch "$mnt/snapshots/s"
rig snapshot clone "$mnt" s c
write_as dsync "$mnt/live"
rig fault add "$mnt" 'store.flush error=EIO' >/dev/null
for file in live snapshots/c; do
	fails_with_eio write_as dsync "$mnt/$file"
	fails_with_eio fsync_of "$mnt/$file"
done
rig fault clear "$mnt"
for file in live snapshots/c; do
	write_as dsync "$mnt/$file"
done
umount_volume
