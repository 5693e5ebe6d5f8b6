#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Faults through a loop device on the volume: an error is one for whoever reads
# the device, a short read is read on by it, and a read of nothing is an error.
. "${0%/*}/../lib/e2e.sh"

requires jq
requires_loop
mount_volume 8MiB
random_bytes 1 8388608 >old
dd if=old of="$mnt/live" bs=1M conv=notrunc status=none
touch "$mnt/snapshots/s0"
loop=$(losetup -f --show -r "$mnt/snapshots/s0")
on_exit "detach_own '$loop'"

# read_device RULE - the whole device, with that fault; prints dd's exit.
read_device()
{
	rig fault clear "$mnt"
	rig fault add "$mnt" "$1" >/dev/null
	e2e_status=0
	dd if="$loop" of=found bs=64k iflag=direct 2>log || e2e_status=$?
	[ "$(status '.faults[0].fired')" -gt 0 ] || fail "'$1' has not struck"
	echo "$e2e_status"
}

same 0 "$(read_device 'snapshot.read short=4096 every=5')" "exit with short reads"
cmp found old || fail "what the device read on is not what is there"
same 1 "$(read_device 'snapshot.read error=EIO offset=4MiB..')" "exit with an error"
same 4194304 "$(wc -c <found)" "bytes before the error"

# A bad sector fails the request of the device that comes to it, and in its cache what the
# kernel reads as one: a page, or a folio of more of them.
same 1 "$(read_device 'snapshot.read error=EIO offset=3000001..3000002')" "exit with a bad sector"
same $((3000001 / 65536 * 65536)) "$(wc -c <found)" "bytes before the request that fails"
blockdev --flushbufs "$loop"
refused 1 'Input/output error' dd if="$loop" of=found bs=64k
length=$(wc -c <found)
[ "$length" -le $((3000001 / 4096 * 4096)) ] || fail "$length bytes, pages that fail among them"
[ "$length" -ge 2000000 ] || fail "only $length bytes before the pages that fail"
head -c "$(wc -c <found)" old | cmp - found || fail "what lies before it"
dd if="$loop" of=found bs=512 skip=$((3000001 / 512 + 1)) count=8 iflag=direct status=none
tail -c +$((3000001 / 512 * 512 + 513)) old | head -c 4096 | cmp - found ||
	fail "what lies behind it"
blockdev --flushbufs "$loop"
same 1 "$(read_device 'snapshot.read short=0 offset=4MiB..')" "exit with a read of nothing"
same 0 "$(read_device 'snapshot.read zero offset=4MiB..')" "exit with zeros"
head -c 4194304 old >wanted
head -c 4194304 /dev/zero >>wanted
cmp found wanted || fail "the device does not show the zeros"
same 0 "$(read_device 'snapshot.read delay=1ms every=8')" "exit with delays"
cmp found old || fail "a delayed read is not what is there"
detach_loop "$loop" "$mnt/snapshots/s0"

# A file system on the live view meets an error as from a bad disk.
if command -v mkfs.ext4 >/dev/null; then
	rig fault clear "$mnt"
	rm "$mnt/snapshots/s0"
	mkfs.ext4 -q -F -O ^has_journal "$mnt/live"
	mkdir fs
	mount_loop "$mnt/live" fs
	on_exit "umount '$work/fs' 2>/dev/null"
	head -c 3000000 old >fs/file
	sync fs/file
	echo 3 >/proc/sys/vm/drop_caches 2>/dev/null || :
	rig fault add "$mnt" 'live.read error=EIO' >/dev/null
	refused 1 'Input/output error' dd if=fs/file of=/dev/null bs=64k iflag=direct
	rig fault clear "$mnt"
	head -c 3000000 old | cmp - fs/file || fail "the file is gone for good"
	umount_loop "$mnt/live" fs
fi
umount_volume
