#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A volume is a logical volume in a world; what is made there lives on, its exit code comes
# out, and nothing else does.
# shellcheck disable=SC2016 # for another shell
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/lvm_world.sh"
requires lvs lvremove lsblk

make_image 32MiB
random_bytes 7 33554432 >content
cp content "$image"
world -- sh -c 'lvcreate -s -L 8M -n b1 /dev/vg0/live && lvs && lvremove -f vg0/b1' >said
grep -qx '  Logical volume "b1" created.' said || fail "lvcreate said: $(cat said)"
grep -qE '^  b1 +vg0 swi-a-s--- +8.00m +live' said || fail "lvs said: $(cat said)"
grep -qx '  Logical volume "b1" successfully removed.' said || fail "lvremove said: $(cat said)"
cmp content "$image" || fail "the volume is another one"
nothing_is_left

# What is there lives on; the next world finds it, and its content.
world -- sh -c 'lvcreate -qq -s -L 8M -n b2 vg0/live
	dd if=/dev/zero of=/dev/vg0/live bs=64k count=4 status=none'
world -- cat /dev/vg0/b2 | cmp - content || fail "the content of the snapshot"
world -- cat /dev/mapper/vg0-live | cmp -n 262144 - /dev/zero || fail "what was written is gone"
world -- lvremove -qq -f vg0/b2

# By its mount, with whatever else is asked of a rig meanwhile.
mkdir mnt
rig mount "$image" mnt --profile lvm
mnt=$work/mnt
rig lvm mnt -- sh -c 'lvcreate -qq -s -L 8M -n b3 vg0/live
	cat "$SNAPRIG_MNT/.snaprig/status.json"' >status
same vg0-b3 "$(jq -r '.snapshots[].name' status)" "the snapshot in the rig"
rig lvm mnt -- lvremove -qq -f vg0/b3
umount_volume

# Its names, and a group without a volume.
rig create other.img --size 16MiB
names='lvs --noheadings -o vg_name,lv_name'
# shellcheck disable=SC2086 # words
rig lvm other.img --vg data --lv one --free 32MiB -- $names >said
grep -qxE ' *data +one *' said || fail "the names: $(cat said)"
# shellcheck disable=SC2086 # words
rig lvm other.img -- $names >said
grep -qxE ' *data +one *' said || fail "the names, kept: $(cat said)"
rig create third.img --size 16MiB
rig lvm third.img --empty -- sh -c 'test -b "$SNAPRIG_PV" && lvs && vgs' >said
same 1 "$(grep -c vg0 said)" "a group without a volume"

# Exit codes, the current folder, standard input, the environment.
for code in 0 1 77; do
	status=0
	world -- sh -c "exit $code" || status=$?
	same $code $status "exit code"
done
status=0
world -- sh -c 'kill -9 $$' || status=$?
same 137 $status "killed"
refused 127 "cannot run 'no-such-program'" world -- no-such-program
refused 126 "cannot run '/'" world -- /
mkdir below
(cd below && echo hello | VALUE=value rig lvm "$image" -- sh -c 'echo "$PWD $(cat) $VALUE"') >said
same "$work/below hello value" "$(cat said)" "what it inherits"

# No disk of the machine is there, its /dev and its /etc/lvm are as they were.
world -- sh -c 'find /dev -type b; for file in /dev/shm /etc/lvm /run/lvm /run/lock/lvm; do
	touch "$file/the-lvm-door"; done; lsblk -rno NAME' >said
same "/dev/mapper/vg0-live /dev/sda1 sda sda1 vg0-live" "$(sort said | paste -sd' ')" "disks"
for file in /dev/shm /etc/lvm /run/lvm /run/lock/lvm; do
	[ ! -e "$file/the-lvm-door" ] || fail "'$file' is the machine's"
done
nothing_is_left
