#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Whoever passes over holes comes to the end of the live view and of a snapshot, has
# missed nothing, and is told what lseek(2) on ext4 tells: with every profile, and a
# size that is not a multiple of any block.
. "${0%/*}/../lib/e2e.sh"

requires jq qemu-img nbdkit nbdcopy
holes=$E2E_TOOLS/holes
size=1049088

# copies VIEW WHAT - it comes to the end, and is the same.
copies()
{
	timeout 20 "$holes" "$1" >"$work/map" || fail "$2: no end to its holes"
	# 512 bytes before the end, where no whole block lies.
	end=$(awk '{ end = $1 + $2 } END { print end }' "$work/map")
	same "$size" "$end" "$2: end of its data"
	timeout 20 qemu-img map --output=json -f raw "$1" >/dev/null || fail "$2: qemu-img map"
	timeout 20 qemu-img convert -f raw -O raw "$1" "$work/copy" || fail "$2: qemu-img convert"
	cmp "$1" "$work/copy" || fail "$2: qemu-img convert is not the same"
	rm "$work/copy"
	timeout 20 nbdcopy -- [ nbdkit --exit-with-parent file "$1" ] "$work/copy" ||
		fail "$2: nbdcopy"
	cmp "$1" "$work/copy" || fail "$2: nbdcopy is not the same"
	rm "$work/copy"
}

for profile in $(rig list profiles --json | jq -r '.profiles[].name'); do
	mount_volume "$size" --profile "$profile"
	timeout 5 "$holes" "$mnt/live" | cmp - /dev/null || fail "$profile: data in an empty volume"
	write_at 65536 4096 "$mnt/live" 1
	write_at $((size - 512)) 512 "$mnt/live" 2
	touch "$mnt/snapshots/s0"
	write_at 300000 5000 "$mnt/live" 3
	write_at $((size - 512)) 512 "$mnt/live" 4
	copies "$mnt/live" "$profile: live"
	copies "$mnt/snapshots/s0" "$profile: snapshot"
	umount_volume
	rm -rf "$image" "$image.snaprig"
done

# Data in many pieces, of two nodes in turn, is one to who looks for its end.
mount_volume "$size" --profile xen
for i in $(seq 0 2 78); do
	dd if=/dev/urandom of="$mnt/live" bs=4k count=1 seek="$i" conv=notrunc status=none
done
touch "$mnt/snapshots/s0"
for i in $(seq 1 2 79); do
	dd if=/dev/urandom of="$mnt/live" bs=4k count=1 seek="$i" conv=notrunc status=none
done
same "0 $((80 * 4096))" "$("$holes" "$mnt/live")" "data in many pieces"
umount_volume
rm -rf "$image" "$image.snaprig"

# What cannot be read is no hole: it would be taken for zeros.
mount_volume 4MiB --limit 64KiB
touch "$mnt/snapshots/s0"
write_at 0 1048576 "$mnt/live"
same failed "$(status '.snapshots[0].state')" "the snapshot"
same "0 4194304" "$("$holes" "$mnt/snapshots/s0")" "data of a failed snapshot"
refused 1 "Input/output error" qemu-img convert -f raw -O raw "$mnt/snapshots/s0" "$work/copy"
same "$(stat -c "0 %s" "$mnt/.snaprig/events.jsonl")" "$("$holes" "$mnt/.snaprig/events.jsonl")" \
	"data of a text"
umount_volume
rm -r "$image" "$image.snaprig"

# Nor is what was cut off the image.
mount_volume 4MiB
write_at 0 4194304 "$mnt/live"
truncate -s 1M "$image"
timeout 20 "$holes" "$mnt/live" >"$work/map" || fail "no end to the holes of a cut image"
same 4194304 "$(awk '{ sum += $2 } END { print sum }' "$work/map")" "data of a cut image"
