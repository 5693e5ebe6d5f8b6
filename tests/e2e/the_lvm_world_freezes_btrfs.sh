#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Btrfs, whose freezing commits what was written: a snapshot of it has all that was there, and is
# consistent; who writes meanwhile waits, and the file system goes on afterwards.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_world.sh"

requires_world mkfs.btrfs btrfs
grep -qw btrfs /proc/filesystems || skip "the kernel has no btrfs"
in_world <<'END'
mkfs.btrfs -q -M /dev/vg0/live
mkdir /tmp/fs.$$
mount -t btrfs /dev/vg0/live /tmp/fs.$$
dd if=/dev/urandom of=/tmp/fs.$$/file bs=1M count=4 status=none
lvcreate -qq -s -L 16M -n b1 /dev/vg0/live
dd if=/dev/urandom of=/tmp/fs.$$/file bs=1M count=4 conv=notrunc status=none
cp /tmp/fs.$$/file later

dmsetup suspend vg0-live
touch /tmp/fs.$$/late &
writer=$!
sleep 0.3
[ -d /proc/$writer ]
dmsetup resume vg0-live
wait $writer
[ -e /tmp/fs.$$/late ]
cmp later /tmp/fs.$$/file
umount /tmp/fs.$$
rmdir /tmp/fs.$$

# Two devices of one file system are not mounted on one machine: it is read without.
btrfs check -p /dev/vg0/b1 >said 2>&1
mkdir restored
btrfs restore /dev/vg0/b1 restored >said 2>&1
[ "$(stat -c %s restored/file)" = 4194304 ]
! cmp -s later restored/file
[ ! -e restored/late ]
btrfs check -p /dev/vg0/live >said 2>&1
lvremove -qq -f vg0/b1
END
