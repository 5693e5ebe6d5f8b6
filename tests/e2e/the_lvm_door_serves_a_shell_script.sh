#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The script that everybody has: lvcreate -s, mount, tar, umount, lvremove. When the snapshot
# is too small for what is written meanwhile, tar fails in its midst, and what stays in the
# group can be removed.
. "${0%/*}/../lib/e2e.sh"

requires lvm dmsetup mkfs.ext4 tar
requires_loop

mkdir -p source/folder mounted live restored
echo "as it was" >source/file
random_bytes 1 12000000 >source/folder/large
truncate -s 64M vol.img
mkfs.ext4 -q -F -d source vol.img
random_bytes 2 12000000 >other

cat >backup <<'END'
set -eu
size=$1 archive=$2
mount /dev/vg0/live live
lvcreate -q -s -L "$size" -n backup /dev/vg0/live
mount -o ro /dev/vg0/backup mounted
cleanup()
{
	umount mounted
	umount live
	lvremove -q -f vg0/backup
	echo "left: $(lvs --noheadings -o lv_name vg0 | tr -d '\n ')"
}
trap cleanup EXIT
cp other live/folder/large
sync
tar -cf "$archive" -C mounted .
END

rig lvm vol.img -- sh backup 32M archive.tar >log 2>&1 || fail "the backup failed: $(cat log)"
grep -qx 'left: live' log || fail "more than the volume is left: $(cat log)"
tar -xf archive.tar -C restored
cmp source/folder/large restored/folder/large || fail "what is in the archive"

# The live volume has other content now: as much again overflows 4 MiB.
cp source/folder/large other
status=0
rig lvm vol.img -- sh backup 4M broken.tar >log 2>&1 || status=$?
[ "$status" != 0 ] || fail "the backup of a dead snapshot succeeded: $(cat log)"
grep -q 'Input/output error' log || fail "does not say why: $(cat log)"
grep -qx 'left: live' log || fail "more than the volume is left: $(cat log)"
rig lvm vol.img -- sh -c 'mount /dev/vg0/live live; cmp live/folder/large other; umount live' ||
	fail "the volume itself"
