#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# When `umount` returns, the rig has nothing open any more: the file system of its
# image can be unmounted at once.
. "${0%/*}/../lib/e2e.sh"

requires_loop
requires mkfs.ext4
mkdir disk mnt
mnt=$work/mnt
truncate -s 64M disk.img
mkfs.ext4 -q disk.img
rounds=$([ "$e2e_slow" = 1 ] && echo 6 || echo 15)
for round in $(seq "$rounds"); do
	mount_loop disk.img disk
	[ -e disk/volume.img ] || rig create disk/volume.img --size 4MiB
	rig mount disk/volume.img "$mnt"
	[ "$round" != 1 ] || touch "$mnt/snapshots/s0"
	write_at $((round * 4096)) 65536 "$mnt/live" "$round"
	pid=$(rig_pid)
	rig umount "$mnt"
	is_dead "$pid" || fail "round $round: process $pid runs"
	umount disk || fail "round $round: the rig has something open"
done
