#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The rig kills itself at a point, and the next mount finds every snapshot as it
# was and every write that was acknowledged.
. "${0%/*}/../lib/e2e.sh"

requires jq
image=$work/volume.img
mnt=$work/mnt
mkdir -p "$mnt"
for point in live.write cow.read-old cow.store cow.after-store store.append origin.write; do
	rm -rf "$image" "$image.snaprig"
	mount_volume 4MiB --fault "$point crash after=5"
	rig fault clear "$mnt"
	random_bytes 1 4194304 >old
	cp old model
	dd if=old of="$mnt/live" bs=1M conv=notrunc status=none
	touch "$mnt/snapshots/s0"
	rig fault add "$mnt" "$point crash after=5" >/dev/null
	for i in 1 2 3 4 5 6 7 8; do
		write_at $((i * 40000)) 10000 "$mnt/live" "$i" 2>/dev/null || break
		write_at $((i * 40000)) 10000 model "$i"
	done
	[ "$i" -lt 8 ] || fail "$point: nothing has crashed"
	rig mount "$image" "$mnt"
	cmp "$mnt/snapshots/s0" old || fail "$point: the snapshot is not as it was"
	# The write that was under way may be there, in part or not at all.
	write_at $((i * 40000)) 10000 "$mnt/live" "$i"
	write_at $((i * 40000)) 10000 model "$i"
	cmp "$mnt/live" model || fail "$point: a write that was acknowledged is lost"
	umount_volume
done

# A store that cannot be read costs its snapshot, and not the mount.
rig mount "$image" "$mnt" --fault 'store.recover zero snapshot=s0'
same EUCLEAN "$(status '.snapshots[0].error')" "error of a snapshot that cannot be read"
cmp "$mnt/live" model || fail "the live view has changed"
umount_volume
