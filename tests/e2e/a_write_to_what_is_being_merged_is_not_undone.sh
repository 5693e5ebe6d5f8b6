#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# lvconvert --merge copies a chunk, and is held up; a write to its place comes meanwhile, and is
# there when the merge has ended.
. "${0%/*}/../lib/e2e.sh"

requires_loop
requires lvcreate dmsetup jq openssl
mount_volume 8MiB --profile lvm
random_bytes "$SEED" 8388608 >before
dd if=before of="$mnt/live" bs=1M conv=notrunc status=none
tr '\0' 'Z' </dev/zero | head -c 4096 >mark

cat >merging.sh <<'END'
set -e
lvcreate -qq -s -L 8M -n b1 vg0/live
dd if=/dev/urandom of=/dev/vg0/live bs=64k count=1 seek=8 oflag=direct conv=notrunc status=none
touch ready
while [ ! -e go ]; do sleep 0.02; done
lvconvert --merge -b vg0/b1 </dev/null
while [ ! -e write ]; do sleep 0.02; done
touch writes
dd if=mark of=/dev/vg0/live bs=4096 count=1 seek=131 oflag=direct conv=notrunc status=none
touch written
tries=200
while lvs -a --noheadings -o name vg0 | grep -q b1; do
	tries=$((tries - 1))
	[ $tries -gt 0 ] || exit 1
	sleep 0.05
	lvchange --poll y --config activation/polling_interval=1 vg0/live
done
END

fired()
{
	[ "$(rig fault list "$mnt" --json | jq '.faults[0].fired')" -ge "$1" ]
}

rig lvm "$mnt" -- sh merging.sh >merging.log 2>&1 &
world=$!
on_exit 'touch go write'
wait_until 60 test -e ready || fail "no snapshot: $(cat merging.log)"
rig fault add "$mnt" 'live.write hang times=1' >/dev/null
touch go
wait_until 60 fired 1 || fail "nothing is merged: $(cat merging.log)"
touch write
wait_until 60 test -e writes || fail "nobody writes: $(cat merging.log)"
sleep 1
[ ! -e written ] || fail "who writes to what is being merged does not wait"
rig fault release "$mnt" >/dev/null
wait "$world" || fail "the merge does not end: $(cat merging.log)"
dd if=mark of=before bs=4096 count=1 seek=131 conv=notrunc status=none
cmp before "$mnt/live"
