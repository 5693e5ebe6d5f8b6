#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# An image that is cut, replaced or edited, under the rig or between mounts, never
# leaves a snapshot that shows other bytes than it did.
. "${0%/*}/../lib/e2e.sh"
requires jq

state_of()
{
	status ".snapshots[] | select(.name == \"$1\") | .state + \" \" + (.error // \"-\")"
}

# again SIZE [OPTION...] - a volume of random bytes with the snapshot s.
again()
{
	rm -rf "$work/volume.img" "$work/volume.img.snaprig"
	mount_volume "$@"
	write_at 0 1048576 "$mnt/live"
	touch "$mnt/snapshots/s"
	write_at 0 65536 "$mnt/live" 99
	of_s=$(digest "$mnt/snapshots/s")
	of_live=$(digest "$mnt/live")
}

# reads_eio FILE OFFSET
reads_eio()
{
	! dd if="$1" bs=4096 skip="$(($2 / 4096))" count=1 of=/dev/null status=none \
		2>"$work/stderr" || fail "$1 can be read at $2"
	grep -q "Input/output error" "$work/stderr" || fail "$(cat "$work/stderr")"
}

echo "cut while it is mounted"
for profile in plain xen; do
	again 1MiB --profile $profile
	truncate -s 500000 "$image"
	reads_eio "$mnt/live" 524288
	reads_eio "$mnt/snapshots/s" 524288
	reads_eio "$mnt/snapshots/s" 0
	same "failed EUCLEAN" "$(state_of s)" "the snapshot under $profile"
	! dd if=/dev/zero of="$mnt/live" bs=4096 seek=255 count=1 conv=notrunc status=none \
		oflag=direct 2>/dev/null || [ $profile = xen ] || fail "what is lost can be written"
	same 500000 "$(stat -c %s "$image")" "the image's size"
	status .image_changed | grep -q "cut to 500000" || fail "status does not say why"
	grep -q '"image.changed"' "$mnt/.snaprig/events.jsonl" || fail "no event"
	grep -q "cut to 500000" "$image.snaprig/rig.log" || fail "rig.log does not say it"
	umount_volume
	[ $profile = xen ] || refused 2 "500000 bytes, which is not a multiple of 512" \
		rig mount "$image" "$mnt"
done

echo "replaced while it is mounted, and so at the next mount"
again 1MiB
cp "$image" new.img
mv new.img "$image"
mkdir second
refused 4 "state folder .* is in use by another rig" rig mount "$image" second
same "$of_s" "$(digest "$mnt/snapshots/s")" "the snapshot of the file that was there"
status .image_changed | grep -q "removed or replaced" || fail "status does not say it"
umount_volume
rig mount "$image" "$mnt" 2>said
cat said
grep -q "changed while it was not mounted (mtime.*inode)" said || fail "it does not say so"
same "failed EUCLEAN" "$(state_of s)" "the snapshot of another image"
umount_volume

echo "edited between mounts"
for profile in plain lvm elastio xen; do
	again 1MiB --profile $profile
	umount_volume
	printf X | dd of="$image" bs=1 seek=700000 conv=notrunc status=none
	rig mount "$image" "$mnt" --profile $profile 2>said
	grep -q "(mtime and ctime)" said || fail "no reason was given: $(cat said)"
	reads_eio "$mnt/snapshots/s" 4096
	rig umount "$mnt"
	rig mount "$image" "$mnt" --profile $profile
	same EUCLEAN "$(status '.snapshots[0].error')" "the snapshot's error"
	printf X | cmp - "$mnt/live" -i 0:700000 -n 1 || fail "live is not what the image has"
	umount_volume
done

echo "touched, moved, copied with all its times: the user says what it is"
again 1MiB
umount_volume
touch "$image"
rig mount "$image" "$mnt" --trust-image
same "$of_s" "$(digest "$mnt/snapshots/s")" "a trusted snapshot"
umount_volume
mkdir elsewhere
cp -a volume.img volume.img.snaprig elsewhere/
mv volume.img moved.img
mv moved.img volume.img
find elsewhere volume.img.snaprig -type f -exec sha256sum {} + >before
for copy in "$work/volume.img" "$work/elsewhere/volume.img"; do
	refused 2 "changed since the last unmount: ctime.*--trust-image.*--fail-snapshots" \
		rig mount "$copy" "$mnt"
done
find elsewhere volume.img.snaprig -type f -exec sha256sum {} + | cmp - before ||
	fail "a mount that was refused has changed something"
refused 2 "exclude each other" rig mount "$image" "$mnt" --trust-image --fail-snapshots
image=$work/elsewhere/volume.img
rig mount "$image" "$mnt" --trust-image
same "$of_s" "$(digest "$mnt/snapshots/s")" "the snapshot of a copy that is trusted"
umount_volume
image=$work/volume.img
rig mount "$image" "$mnt" --fail-snapshots
same "failed EUCLEAN" "$(state_of s)" "a snapshot that is given up"
same "$of_live" "$(digest "$mnt/live")" "the live view"
umount_volume

echo "without a snapshot nobody cares; the rig's own writes are no change"
again 1MiB
rm "$mnt/snapshots/s"
umount_volume
printf X | dd of="$image" bs=1 seek=700000 conv=notrunc status=none
rig mount "$image" "$mnt" 2>said
[ ! -s said ] || fail "$(cat said)"
touch "$mnt/snapshots/t"
of_t=$(digest "$mnt/snapshots/t")
for _ in 1 2 3; do
	write_at 100000 4096 "$mnt/live" "$(date +%N | sed 's/^0*//')"
	umount_volume
	rig mount "$image" "$mnt"
	same "$of_t" "$(digest "$mnt/snapshots/t")" "the snapshot"
done
kill_rig
rig mount "$image" "$mnt"
same "$of_t" "$(digest "$mnt/snapshots/t")" "the snapshot after a kill"

echo "edited in the very moment of the unmount"
umount_volume
printf Y | dd of="$image" bs=1 seek=700000 conv=notrunc status=none
rig mount "$image" "$mnt" 2>said || fail "$(cat said)"
same "failed EUCLEAN" "$(state_of t)" "the snapshot"
