#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A real file system lives on the live view through a loop device; a snapshot of
# it is a file system, too, and never changes.
. "${0%/*}/../lib/e2e.sh"

requires mkfs.ext4 e2fsck
requires_loop

mount_volume 256MiB
mkfs.ext4 -q -F "$mnt/live"
mkdir fs
mount_loop "$mnt/live" fs
# Files of every size, the same on every machine.
mkdir tree tree/big
cp -r "$e2e_root/tests" "$e2e_root/simfs" "$e2e_root/scenarios" tree
for n in 1 2 3 4 5 6; do
	random_bytes $n $((n * 3000000)) >tree/big/$n
done
cp -a tree fs/first
sync -f fs
touch "$mnt/snapshots/s0"
# A snapshot is taken of what is on the disk: a moment of the journal.
snapshot=$(digest "$mnt/snapshots/s0")
cp -a tree fs/second
rm -rf fs/first/tests fs/first/big/[1-4]
sync -f fs
same "$snapshot" "$(digest "$mnt/snapshots/s0")" "snapshot under writes"
umount_loop "$mnt/live" fs

same "$snapshot" "$(digest "$mnt/snapshots/s0")" "snapshot after unmounting"
e2fsck -fn "$mnt/live" || fail "e2fsck of the live view: exit $?"
# -n writes nothing, so what is in the journal stays there: give it a copy.
cp --sparse=always "$mnt/snapshots/s0" s0.img
e2fsck -fy -E journal_only s0.img >/dev/null 2>&1 || :
e2fsck -fn s0.img || fail "e2fsck of the snapshot: exit $?"

umount_volume
rig mount "$image" "$mnt"
same "$snapshot" "$(digest "$mnt/snapshots/s0")" "snapshot after a new mount"
mkdir old
mount_loop s0.img old ro
find fs -maxdepth 0 -empty | grep -q fs || fail "the file system is still mounted"
(cd tree && find . -type f -exec sha256sum {} +) >expected
[ "$(wc -l <expected)" -gt 1000 ] || fail "$(wc -l <expected) files are few"
(cd old/first && sha256sum --quiet -c "$work/expected") || fail "files in the snapshot differ"
umount old
