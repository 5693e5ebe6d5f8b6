#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A snapshot whose COW area has overflowed: LVM's tools say little, and nothing on stderr;
# whoever reads it, what is mounted from it, or a partition on it, meets an error.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_world.sh"

requires_world kpartx
in_world <<'END'
partition /dev/vg0/live
says 0 'add map vg0-live1 (7:N): 0 100000 linear 7:N 2048' \
	sh -c 'kpartx -a -v /dev/mapper/vg0-live | sed "s/7:[0-9]*/7:N/g"'
mkfs.ext4 -q /dev/mapper/vg0-live1
says 0 '' kpartx -d /dev/mapper/vg0-live
lvcreate -qq -s -L 8M -n b1 /dev/vg0/live
kpartx -a -p X /dev/mapper/vg0-b1
mkdir /tmp/fs.$$
mount -o ro /dev/mapper/vg0-b1X1 /tmp/fs.$$
[ "$(field lvs --noheadings -o lv_attr vg0/b1)" = swi-aos--- ]

dd if=/dev/urandom of=/dev/vg0/live bs=1M seek=40 count=16 conv=notrunc status=none
says 0 '  b1 swi-Ios--- 100.00 snapshot invalid' lvs --noheadings --separator ' ' \
	-o lv_name,lv_attr,snap_percent,lv_snapshot_invalid vg0/b1
says 0 "  ACTIVE   Original '/dev/vg0/live' [64.00 MiB] inherit
  inactive Snapshot '/dev/vg0/b1' [8.00 MiB] inherit" lvscan
lvdisplay vg0/b1 >said
grep -q '^  LV snapshot status     INACTIVE destination for live$' said
grep -q '^  LV Status              available$' said
grep -q '^  # open                 1$' said
says 0 'vg0-b1: 0 131072 snapshot Invalid' sh -c 'dmsetup status vg0-b1 | sed "s/^/vg0-b1: /"'
for tool in vgscan vgs pvs pvscan 'lvs --config devices/scan_lvs=1'; do
	$tool >said 2>errors
	[ ! -s errors ] || { cat errors; exit 1; }
done

for node in vg0-b1 vg0-b1X1; do
	! dd if=/dev/mapper/$node of=/dev/null bs=4k iflag=direct 2>said
	grep -q 'Input/output error' said
done
says 2 '' blkid -p /dev/mapper/vg0-b1
! ls /tmp/fs.$$/lost+found >said 2>&1 || ! cat /tmp/fs.$$/* >said 2>&1

# It is used by the map, which is used by the mount: the order of the page.
says 1 'device-mapper: remove ioctl on vg0-b1  failed: Device or resource busy
Command failed.' dmsetup remove vg0-b1
umount /tmp/fs.$$
rmdir /tmp/fs.$$
says 1 'device-mapper: remove ioctl on vg0-b1  failed: Device or resource busy
Command failed.' dmsetup remove vg0-b1
says 0 '' dmsetup remove vg0-b1X1
says 0 '' dmsetup remove vg0-b1
says 0 '' dmsetup remove vg0-b1-cow
[ "$(field lvs --noheadings -o lv_attr vg0/b1)" = swi---s--- ]
says 0 "  ACTIVE   Original '/dev/vg0/live' [64.00 MiB] inherit
  inactive Snapshot '/dev/vg0/b1' [8.00 MiB] inherit" lvscan
says 0 '  Logical volume "b1" successfully removed.' lvremove -f vg0/b1
[ "$(dmsetup table vg0-live | cut -d' ' -f3)" = linear ]

# One that nobody uses is removed as any other.
lvcreate -qq -s -L 4M -n b2 /dev/vg0/live
dd if=/dev/urandom of=/dev/vg0/live bs=1M count=8 conv=notrunc status=none
[ "$(field lvs --noheadings -o lv_attr vg0/b2)" = swi-I-s--- ]
says 0 '  Logical volume "b2" successfully removed.' lvremove -f vg0/b2
END
