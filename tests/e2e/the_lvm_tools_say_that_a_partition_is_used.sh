#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Partitions of a snapshot by kpartx, mounted and left behind; and a device that is only held open,
# for which lvremove waits five seconds.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_world.sh"

requires_world kpartx lsblk
in_world <<'END'
partition /dev/vg0/live
kpartx -a /dev/mapper/vg0-live
mkfs.ext4 -q /dev/mapper/vg0-live1
kpartx -d /dev/mapper/vg0-live
lvcreate -qq -s -L 16M -n b1 /dev/vg0/live
kpartx -a -p X /dev/vg0/b1
mkdir /tmp/fs.$$
mount /dev/mapper/vg0-b1X1 /tmp/fs.$$

says 1 'vg0-b1X1 is in use. Not removing' kpartx -d -v -p X /dev/vg0/b1
says 1 '' kpartx -d -p X /dev/vg0/b1
[ "$(lsblk -nlo NAME,TYPE,MOUNTPOINTS | grep '^vg0-b1X1')" = "vg0-b1X1      part /tmp/fs.$$" ]
umount /tmp/fs.$$
rmdir /tmp/fs.$$
says 5 '  Logical volume vg0/b1 is used by another device.' lvremove -f vg0/b1
says 0 'del devmap : vg0-b1X1' kpartx -d -v -p X /dev/vg0/b1
[ ! -e /dev/mapper/vg0-b1X1 ]

held_open /dev/vg0/b1
begun=$(date +%s)
says 5 '  Logical volume vg0/b1 in use.' lvremove -f vg0/b1
[ $(($(date +%s) - begun)) -ge 4 ]
let_go
says 0 '  Logical volume "b1" successfully removed.' lvremove -f vg0/b1
says 1 'failed to stat() /dev/vg0/b1' kpartx -d -p X /dev/vg0/b1
END
