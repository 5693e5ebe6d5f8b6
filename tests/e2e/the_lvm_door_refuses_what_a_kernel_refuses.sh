#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Callers without the privilege, other interfaces, wild buffers, foreign devices: as a
# kernel's device-mapper answers them.  And command lines that cannot be.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/lvm_world.sh"
requires setpriv cc

make_image
cc -static -o static "$e2e_root/tests/e2e/dm_calls.c" 2>/dev/null || cp "$E2E_TOOLS/dm_calls" static

# Who is not root, and root without CAP_SYS_ADMIN.
refused 1 '/dev/mapper/control: open failed: Permission denied' \
	world -- setpriv --reuid=65534 --clear-groups --bounding-set=-all --inh-caps=-all dmsetup ls
refused 1 '/dev/mapper/control: open failed: Permission denied' \
	world -- setpriv --bounding-set=-sys_admin --inh-caps=-all dmsetup ls

# A descriptor that root has opened is of no use to who is not.
same "dropped: Permission denied" "$(world -- ./static dropped)" "privileges that are dropped"

# An environment that is empty, and a program that loads no library.
world -- env -i "$(command -v dmsetup)" ls | grep -q '^vg0-live' || fail "without an environment"
same "20 created, 20 removed, 0 failed" "$(world -- ./static restarting 20)" "a static program"

# Wild calls.
world -- ./static wild >said
cat >wanted <<'END'
no memory: Bad address
a short buffer: Invalid argument
a long buffer: Invalid argument
no such ioctl: Inappropriate ioctl for device
another file: Inappropriate ioctl for device
a slash: Invalid argument
no name: Invalid argument
half a buffer: Bad address
half a header: Bad address
no room: Bad address
END
diff wanted said || fail "wild calls"
same "version: Invalid argument" "$(world -- ./static version 3)" "an old interface"
same "version: Invalid argument" "$(world -- ./static version 5)" "a new interface"
same "version: success" "$(world -- ./static version 4)" "the interface"

# Devices that are not the world's: by number, by path, and by a node of one's own.
cat >inside.sh <<'END'
set -u
for device in 259:77 8:0 1:3 /dev/null /dev/nothing "$1/node"; do
	dmsetup create bad --table "0 8 linear $device 0" 2>/dev/null && echo "$device was taken"
	dmsetup remove bad 2>/dev/null && echo "$device left a device"
done
dmsetup create ok --table "0 8 linear $SNAPRIG_PV 0" && dmsetup remove ok && echo refused all
END
disk=$(find /sys/block -mindepth 1 ! -name 'loop*' ! -name 'ram*' -printf '%f\n' | head -1)
IFS=: read -r major minor <"/sys/block/${disk:-nothing}/dev" || { major=8 minor=0; }
mkdir nodes
mount -t tmpfs none nodes
mknod nodes/node b "$major" "$minor"
same "refused all" "$(world -- sh inside.sh "$work/nodes" 2>&1)" "foreign devices"
umount nodes

# Tables that overlap, have a gap, or lie on themselves.
cat >inside.sh <<'END'
set -u
for second in 4 9; do
	printf '0 8 zero\n%s 8 zero\n' $second | dmsetup create bad 2>/dev/null &&
		echo "$second was taken"
	dmsetup remove bad 2>/dev/null && echo "$second left a device"
done
dmsetup create low --table '0 8 zero' && dmsetup create high --table '0 8 linear /dev/mapper/low 0'
dmsetup reload high --table '0 8 linear /dev/mapper/high 0' 2>&1
dmsetup reload low --table '0 8 linear /dev/mapper/high 0' && dmsetup resume low 2>&1
dmsetup clear low
dmsetup remove high && dmsetup remove low && echo "refused all"
END
cat >wanted <<'END'
device-mapper: reload ioctl on high  failed: Invalid argument
Command failed.
device-mapper: resume ioctl on low  failed: Invalid argument
Command failed.
refused all
END
world -- sh inside.sh >said 2>&1
diff wanted said || fail "tables that cannot be"

# The node itself opens nothing: a machine's own device-mapper is not reached by it.
world -- sh -c 'cat /dev/mapper/control' 2>said && fail "the control node can be read"
grep -q 'Permission denied' said || fail "reading the control node: $(cat said)"

# Command lines.
refused 2 "cannot open image 'nothing'" rig lvm nothing -- true
mkdir empty
refused 2 "no volume is mounted at" rig lvm empty -- true
refused 2 "'--enter' needs the folder" rig lvm "$image" --enter -- true
refused 2 "unknown option '--vgs'" rig lvm "$image" --vgs x -- true
refused 2 "the messages of LVM '3' are not known" rig lvm "$image" --lvm-messages 3 -- true
refused '2|4' "." rig lvm "$image" --vg 'a b' -- true
refused '2|4' "." rig lvm "$image" --free nonsense -- true
rig mount "$image" empty --profile plain
refused '2|4' "." rig lvm empty -- true
rig umount empty
rig mount "$image" empty --profile lvm
refused 2 'no world of this volume runs' rig lvm empty --enter -- true
rig umount empty
nothing_is_left
