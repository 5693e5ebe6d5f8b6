#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `mount` says what is wrong with an image or a mount point, and leaves nothing
# mounted.
. "${0%/*}/../lib/e2e.sh"

mkdir mnt
rig create volume.img --size 4MiB

refused '2|4' "missing.img.*No such file" rig mount missing.img mnt
refused '2|4' "'mnt'|directory" rig mount mnt mnt
truncate -s 1000 odd.img
refused '2|4' "odd.img.*512" rig mount odd.img mnt
: >empty.img
refused '2|4' "empty.img" rig mount empty.img mnt

refused '2|4' "nowhere" rig mount volume.img nowhere
: >file
refused '2|4' "file" rig mount volume.img file

refused 2 "'bogus'" rig mount volume.img mnt --profile bogus
refused 2 "limit" rig mount volume.img mnt --limit 300%
refused 2 "limit" rig mount volume.img mnt --limit 0
refused 2 "fixed at 4096 bytes" rig mount volume.img mnt --profile datto --block 64KiB
refused 2 "bogus" rig mount volume.img mnt --bogus
refused 2 "" rig mount volume.img

[ -z "$(mounts_below "$work")" ] || fail "something is mounted"
same 0 "$(find mnt -mindepth 1 | wc -l)" "entries of the mount point"

rig mount volume.img mnt
is_mounted "$work/mnt" || fail "a good image on a good mount point is not mounted"

# One that is killed before it can be used cannot say so itself.
touch mnt/snapshots/s0
rig umount mnt
refused 4 "'.*volume.img'.*killed by signal 9" \
	rig mount volume.img mnt --fault 'store.recover crash'
! is_mounted "$work/mnt" || fail "it is mounted by nobody"
