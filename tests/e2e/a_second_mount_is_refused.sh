#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# An image is mounted once: a second mount would tear it.  The same mount point
# is not taken twice either.
. "${0%/*}/../lib/e2e.sh"

mount_volume 4MiB
mkdir second
refused 4 "volume.img.*mounted" rig mount "$image" second
! is_mounted "$work/second" || fail "mounted twice"
ln "$image" link.img
refused 4 "mounted" rig mount link.img second

rig create other.img --size 4MiB
refused '2|4' "mnt" rig mount other.img "$mnt"

write_at 0 4096 "$mnt/live"
same "$(random_bytes "$SEED" 4096 | digest)" "$(head -c 4096 "$mnt/live" | digest)" "live"
umount_volume
rig mount "$image" second
