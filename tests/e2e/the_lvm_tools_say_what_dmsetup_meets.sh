#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# dmsetup in the world: what it says of devices that are held, unknown, used by others, and of
# an error table under a reader.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_world.sh"

requires_world setpriv
in_world <<'END'
says 0 'Library version:   1.02.185 (2022-05-18)
Driver version:    4.47.0' dmsetup version

dmsetup create lin --table '0 2048 zero'
held_open /dev/mapper/lin
says 1 'device-mapper: remove ioctl on lin  failed: Device or resource busy
Command failed.' dmsetup remove lin
[ "$(dmsetup info -c --noheadings -o open lin)" = 1 ]
let_go
says 0 '' dmsetup remove lin
says 1 'device-mapper: remove ioctl on nix  failed: No such device or address
Command failed.' dmsetup remove nix
[ ! -e /dev/mapper/lin ]

# Held for a while: it is told once a fifth of a second, and then removed.
dmsetup create lin --table '0 2048 zero'
held_open /dev/mapper/lin
: >said
dmsetup remove --retry lin 2>said &
remover=$!
busy='device-mapper: remove ioctl on lin  failed: Device or resource busy'
while [ "$(grep -c "$busy" said)" -lt 2 ]; do
	[ -d /proc/$remover ]
	sleep 0.05
done
let_go
wait $remover
! dmsetup info lin >/dev/null 2>&1

# The table becomes an error, the device stays; who reads it meets that.
dmsetup create lin --table '0 2048 zero'
held_open /dev/mapper/lin
says 1 'device-mapper: remove ioctl on lin  failed: Device or resource busy
Command failed.' dmsetup remove -f lin
[ "$(dmsetup table lin)" = '0 2048 error ' ]
! dd if=/dev/mapper/lin of=/dev/null bs=4k count=1 iflag=direct 2>said
grep -q 'Input/output error' said
says 5 '  Cannot use /dev/mapper/lin: device is not in a usable state' pvcreate /dev/mapper/lin
says 5 '  Cannot use /dev/mapper/lin: device is not in a usable state' pvs /dev/mapper/lin
for tool in pvs lvs vgscan 'pvs -a' lvmdiskscan; do
	$tool >said 2>errors
	! grep . errors
	! grep lin said
done
let_go
says 0 '' dmsetup remove lin

# The same of a snapshot, and who has read from it before reads on.
lvcreate -qq -s -L 8M -n b1 vg0/live
exec 9</dev/vg0/b1
dd of=/dev/null bs=4k count=1 iflag=direct status=none <&9
says 1 'device-mapper: remove ioctl on vg0-b1  failed: Device or resource busy
Command failed.' dmsetup remove -f vg0-b1
[ "$(dmsetup table vg0-b1)" = '0 131072 error ' ]
! dd of=/dev/null bs=4k count=1 iflag=direct <&9 2>said
grep -q 'Input/output error' said
exec 9<&-
says 0 '  Logical volume "b1" successfully removed.' lvremove -f vg0/b1

# The origin's table becomes an error; lvchange cures it.
dmsetup wipe_table vg0-live
says 0 '  WARNING: Detected error segment type does not match expected type striped for vg0/live.
  -wi-XX--X-' lvs --noheadings -o lv_attr vg0/live
says 0 '' lvchange --refresh vg0/live
[ "$(field lvs --noheadings -o lv_attr vg0/live)" = -wi-a----- ]
END

# Who is not root gets no further than on a kernel.
in_world <<'END'
says 1 '/dev/mapper/control: open failed: Permission denied
Failure to communicate with kernel device-mapper driver.
Incompatible libdevmapper 1.02.185 (2022-05-18) and kernel driver (unknown version).
Command failed.' setpriv --reuid 65534 --regid 65534 --clear-groups dmsetup ls
says 5 '  WARNING: Running as a non-root user. Functionality may be unavailable.
  /run/lock/lvm/P_global:aux: open failed: Permission denied' \
	setpriv --reuid 65534 --regid 65534 --clear-groups lvs
# Not even root gets to a node that the machine may have.
says 1 'cat: /dev/mapper/control: Permission denied' cat /dev/mapper/control
END
