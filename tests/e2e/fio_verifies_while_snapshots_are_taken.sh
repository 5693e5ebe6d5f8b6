#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# fio writes 512 bytes to 256 KiB at random and checks every block by its
# crc32c, while three snapshots are taken; none of them changes afterwards.
. "${0%/*}/../lib/e2e.sh"

requires fio
size=96m rate=40m
[ "$e2e_slow" = 0 ] || size=24m rate=10m
mount_volume 128MiB
write_at 0 $((128 << 20)) "$mnt/live"

fio --name=verify --filename="$mnt/live" --rw=randwrite --bsrange=512-256k --blockalign=512 \
	--direct=1 --ioengine=io_uring --iodepth=16 --size="$size" --rate=,"$rate" --loops=3 \
	--verify=crc32c --verify_fatal=1 --randseed="$SEED" >fio.log 2>&1 &
fio=$!
on_exit "kill $fio 2>/dev/null"

for name in s0 s1 s2; do
	sleep 0.4
	touch "$mnt/snapshots/$name"
	digest "$mnt/snapshots/$name" >"$name.digest"
done
wait "$fio" || {
	tail -n 20 fio.log
	fail "fio found a difference"
}
for name in s0 s1 s2; do
	same "$(cat "$name.digest")" "$(digest "$mnt/snapshots/$name")" "snapshot $name"
done
for snapshot in 0 1 2; do
	[ "$(status ".snapshots[$snapshot].store.blocks")" -gt 0 ] || fail "no write met s$snapshot"
done
echo "blocks preserved: $(status '[.snapshots[].store.blocks] | join(" ")')"
umount_volume
rig mount "$image" "$mnt"
for name in s0 s1 s2; do
	same "$(cat "$name.digest")" "$(digest "$mnt/snapshots/$name")" "$name after a new mount"
done
