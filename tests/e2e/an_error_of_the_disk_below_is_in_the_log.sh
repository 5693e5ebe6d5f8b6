#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The disk that holds the image is full: the live view says so, as a disk would, and
# rig.log says that it was no fault.  An injected error is not there.
. "${0%/*}/../lib/e2e.sh"

requires_root
mkdir small
mount -t tmpfs -o size=2m,mode=755 none small
image=$work/small/volume.img
log=$work/state/rig.log
failed=

mnt=$work/mnt
mkdir "$mnt"
rig create "$image" --size 16MiB
rig mount "$image" "$mnt" --store "$work/state"
rig fault add "$mnt" 'origin.write error=ENOSPC times=1' >/dev/null
! write_at 0 4096 "$mnt/live" 2>/dev/null || fail "the fault does not strike"
! grep -q "the disk could not" "$log" || fail "a fault is told as an error of the disk"

for at in 0 1 2 3 4 5 6 7 8 9; do
	write_at $((at << 20)) $((1 << 20)) "$mnt/live" 2>/dev/null || failed=$at
done
[ -n "$failed" ] || fail "all of it was written"
said="the disk could not write [0-9]+ bytes at offset [0-9]+ of '.*small/volume.img'"
grep -qE "$said \(error 1 of this file\): No space left" "$log" ||
	fail "the log does not say whose error it was: $(cat "$log")"
lines=$(grep -c "the disk could not write" "$log")
[ "$lines" -le 4 ] || fail "each of many errors is told: $lines"
umount_volume
