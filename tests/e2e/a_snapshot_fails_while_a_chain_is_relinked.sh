#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A snapshot of a chain fails while coalesce writes its new parent into its file,
# and the other way round: both are written, the rig serves on, and it unmounts.
. "${0%/*}/../lib/e2e.sh"

# A chain in which the node of "c" is merged next; what is written for "c" takes long.
chain_with_a_slow_snapshot()
{
	mount_volume 16MiB --profile xen --no-coalesce
	write_at 0 1048576 "$mnt/live" 1
	touch "$mnt/snapshots/b"
	write_at 0 1048576 "$mnt/live" 2
	touch "$mnt/snapshots/c"
	write_at 524288 1048576 "$mnt/live" 3
	rm "$mnt/snapshots/b"
	rig fault add "$mnt" "store.append delay=1s snapshot=c times=$1" >/dev/null
	rig fault add "$mnt" 'snapshot.read fail-snapshot snapshot=c times=1' >/dev/null
}

fail_it()
{
	! timeout 5 dd if="$mnt/snapshots/c" of=/dev/null bs=4k count=1 2>/dev/null ||
		fail "a snapshot that has failed was read"
}

serves_on()
{
	timeout 30 "$SNAPRIG" coalesce "$mnt" --wait >/dev/null || fail "$1: coalesce does not end"
	timeout 10 "$SNAPRIG" snapshot create "$mnt" after >/dev/null || fail "$1: no snapshot"
	timeout 10 dd if=/dev/zero of="$mnt/live" bs=4k count=1 conv=notrunc 2>/dev/null ||
		fail "$1: no live write"
	timeout 20 rm "$mnt/snapshots/c" || fail "$1: it is not deleted"
	umount_volume
	rm -rf "$image" "$image.snaprig"
}

chain_with_a_slow_snapshot 2
rig coalesce "$mnt" >/dev/null
sleep 0.5
fail_it
serves_on "failed while it is relinked"

chain_with_a_slow_snapshot 2
fail_it
rig coalesce "$mnt" >/dev/null
serves_on "relinked while it fails"
