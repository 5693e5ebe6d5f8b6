#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# However LVM removes a snapshot - active, inactive, with its origin, with the group -, the
# rig has none of it after the world's end; one that is deactivated stays.
# shellcheck disable=SC2016 # who expands it is another shell
. "${0%/*}/../lib/e2e.sh"

requires_loop
requires lvcreate dmsetup
mount_volume 16MiB --profile lvm
state=$image.snaprig/lvm

# leaves SNAPSHOTS AREAS ORIGINS COMMANDS - what the rig and the state folder have after them.
leaves()
{
	rig lvm "$mnt" -- sh -ec "$4" >said 2>&1 || fail "'$4': $(cat said)"
	same "$1" "$(names_of "$mnt/snapshots")" "snapshots after '$4'"
	same "$2 $3" "$(find "$state/areas" -type f | wc -l) $(find "$state/origins" -mindepth 1 \
		-maxdepth 1 | wc -l)" "areas and rigs that are kept after '$4'"
}

# What is removed takes no room while the world goes on.
export mnt
leaves "" 0 0 'lvcreate -s -L 8M -n b1 vg0/live; ls "$mnt/snapshots" | grep -qx vg0-b1
	lvremove -f vg0/b1; [ -z "$(ls "$mnt/snapshots")" ]'
leaves "" 0 0 'lvcreate -s -L 8M -n b1 vg0/live; vgchange -an; lvremove -f vg0/b1; vgchange -ay'
leaves vg0-kept 2 1 'lvcreate -y -L 4M -n data vg0; lvcreate -s -L 4M -n d1 vg0/data
	lvcreate -s -L 4M -n kept vg0/live'
leaves vg0-kept 1 0 'lvremove -f vg0/d1 vg0/data'
leaves vg0-kept 1 0 'lvcreate --type snapshot -s -L 4M -n thin --virtualsize 1T vg0
	lvremove -f vg0/thin'
leaves vg0-kept 1 0 'vgchange -an'
leaves vg0-new 1 0 'lvrename vg0 kept new; vgchange -ay'
leaves "" 0 0 'vgremove -ff vg0'

# One that somebody reads when it is removed is deleted by the next world, also where another
# volume has its place by then.
rm -rf "$state"
leaves vg0-b1 1 0 'lvcreate -s -L 8M -n b1 vg0/live'
exec 9<"$mnt/snapshots/vg0-b1"
leaves vg0-b1 1 0 'lvremove -f vg0/b1; lvcreate -y -L 8M -n other vg0'
exec 9<&-
leaves "" 0 0 'lvs'
