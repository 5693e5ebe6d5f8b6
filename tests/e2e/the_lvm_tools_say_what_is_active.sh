#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# LVM's own commands about a snapshot that is active: listed, mounted, removed or not.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_world.sh"

requires_world
in_world <<'END'
mkfs.ext4 -q /dev/vg0/live
says 0 '  Logical volume "b1" created.' lvcreate -s -L 16M -n b1 /dev/vg0/live
attributes()
{
	field lvs --noheadings -o lv_attr vg0/b1
}
[ "$(attributes)" = swi-a-s--- ]
# Its metadata and eight chunks.
dd if=/dev/zero of=/dev/vg0/live bs=4k seek=4096 count=8 oflag=direct status=none
[ "$(field lvs --noheadings -o data_percent vg0/b1)" = 0.24 ]
says 0 "  ACTIVE   Original '/dev/vg0/live' [64.00 MiB] inherit
  ACTIVE   Snapshot '/dev/vg0/b1' [16.00 MiB] inherit" lvscan
# What a page of 2011 greps for is written in capitals today.
! lvscan | grep -q 'Active.*Snapshot'
says 5 'Do you really want to remove active logical volume vg0/b1? [y/n]: [n]
  Logical volume vg0/b1 not removed.' lvremove vg0/b1

mkdir /tmp/fs.$$
mount -o ro /dev/vg0/b1 /tmp/fs.$$
[ "$(attributes)" = swi-aos--- ]
says 5 '  Logical volume vg0/b1 contains a filesystem in use.' lvremove vg0/b1
says 5 '  Logical volume vg0/b1 contains a filesystem in use.' lvremove -f vg0/b1
says 1 'device-mapper: remove ioctl on vg0-b1  failed: Device or resource busy
Command failed.' dmsetup remove vg0-b1
umount /tmp/fs.$$
rmdir /tmp/fs.$$

says 5 'Change of snapshot vg0/b1 will also change its origin vg0/live. Proceed? [y/n]: [n]
  Logical volume vg0/b1 not changed.' lvchange -an vg0/b1
says 5 '  Failed to find logical volume "vg0/nix"' lvremove -f vg0/nix
says 5 '  Logical Volume "b1" already exists in volume group "vg0"' \
	lvcreate -s -L 16M -n b1 /dev/vg0/live
says 5 '  Please specify either size or extents with snapshots.' lvcreate -s -n b2 /dev/vg0/live
says 5 '  Snapshot origin volumes can be resized only while inactive: try lvchange -an.' \
	lvresize -L +4M vg0/live
says 0 '  Logical volume "b1" successfully removed.' lvremove -f vg0/b1
says 5 '  Failed to find logical volume "vg0/b1"' lvremove -f vg0/b1
[ "$(field lvs --noheadings -o lv_attr vg0/live)" = -wi-a----- ]

says 5 '  Reducing COW size 100.00 MiB down to maximum usable size 68.00 MiB.
  Volume group "vg0" has insufficient free space (16 extents): 17 required.' \
	lvcreate -s -L 100M -n b2 /dev/vg0/live
END
rm "$image"
rm -r "$image.snaprig"
in_world --free 128MiB <<'END'
says 0 '  Reducing COW size 100.00 MiB down to maximum usable size 68.00 MiB.
  Logical volume "b1" created.' lvcreate -s -L 100M -n b1 /dev/vg0/live
END
