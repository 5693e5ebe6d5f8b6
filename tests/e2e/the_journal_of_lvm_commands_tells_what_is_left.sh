#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Each command that came to the door is a line of the journal, with its end and what it changed;
# what is left at the end, removed while it is used, or asked for in a storm is said unasked.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_world.sh"
. "$e2e_root/tests/lib/e2e_schema.sh"

requires_world jq kpartx
in_world <<'END'
lvcreate -qq -s -L 16M -n b1 /dev/vg0/live
lvs >/dev/null
true
lvremove -qq -f vg0/b1
END
rig lvm --journal "$image" >said || fail "something is wrong: $(cat said)"
rig lvm --journal --json "$image" >journal
cp journal journal-1.json
same 'lvcreate lvs lvremove' "$(jq -r '[.commands[].argv[0]] | join(" ")' journal)" "commands"
same '0 0 0' "$(jq -r '[.commands[].exit] | join(" ")' journal)" "their ends"
made='[.commands[0].after.devices[].name] - [.commands[0].before.devices[].name] | sort'
same '["vg0-b1","vg0-b1-cow","vg0-live-real"]' "$(jq -c "$made" journal)" "what lvcreate made"
[ "$(jq '.commands[0].ioctls' journal)" -gt 50 ] || fail "lvcreate asked for little"

in_world <<'END'
partition /dev/vg0/live
kpartx -a /dev/mapper/vg0-live
mkfs.ext4 -q /dev/mapper/vg0-live1
kpartx -d /dev/mapper/vg0-live
lvcreate -qq -s -L 16M -n b-1 /dev/vg0/live
kpartx -a -p X /dev/vg0/b-1
mkdir /tmp/fs.$$
mount /dev/mapper/vg0-b--1X1 /tmp/fs.$$
for i in 1 2 3 4 5; do
	! lvremove -f vg0/b-1 2>/dev/null
done
! dmsetup remove vg0-b--1X1 2>/dev/null
umount /tmp/fs.$$
rmdir /tmp/fs.$$
dmsetup create frozen --table '0 2048 zero'
dmsetup suspend frozen
dmeventd_like()
{
	dmsetup wait frozen &
	sleeps $! dmsetup
	kill -9 $!
	wait $! || :
}
dmeventd_like 2>/dev/null
END
e2e_status=0
rig lvm --journal --json "$image" >journal || e2e_status=$?
same 1 "$e2e_status" "exit where something is wrong"
cp journal journal-2.json
jq -e 'any(.commands[]; .failed != [])' journal >/dev/null || fail "no call has failed"
as_schema lvm journal-1.json journal-2.json
found()
{
	jq -r "[.findings[] | select(.finding == \"$1\") | .subject] | unique | join(\" \")" journal
}
same vg0-b--1X1 "$(found removed-while-mounted)" "mounted when it was removed"
same lvremove "$(found retry-storm)" "a storm"
same vg0/b-1 "$(found snapshot-left)" "snapshots that are left"
same vg0-b--1X1 "$(found partition-map-left)" "partition maps that are left"
same frozen "$(found left-active)" "devices that are left"
same frozen "$(found left-suspended)" "devices that are left suspended"
same 9 "$(jq '.commands[] | select(.argv[1] == "wait") | .signal' journal)" "how it was killed"
same EBUSY "$(jq -r '.commands[] | select(.argv[1] == "remove") | .failed[0].error' journal)" \
	"what dmsetup met"
