#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# fio writes 40,000 times, 512 bytes to 256 KiB at random, and checks every block
# by its crc32c, while three snapshots are taken; none of them changes afterwards.
# With WRITES=all it writes 200,000 times.
. "${0%/*}/../lib/e2e.sh"

requires fio
# Most writes are small, or 40,000 of them would be 5 GiB.
sizes=512/40:1k/15:4k/30:16k/10:64k/4:256k/1
size=96m loops=4 writes_min=40000 pause=0.1 volume_mib=128
[ "${WRITES:-}" != all ] || loops=18 writes_min=200000 pause=0.4
[ "$e2e_slow" = 0 ] || size=24m loops=4 writes_min=8000 pause=0.1 volume_mib=32
mount_volume ${volume_mib}MiB
write_at 0 $((volume_mib << 20)) "$mnt/live"

fio --name=verify --filename="$mnt/live" --rw=randwrite --bssplit="$sizes" --blockalign=512 \
	--direct=1 --ioengine=io_uring --iodepth=16 --size="$size" --loops="$loops" \
	--verify=crc32c --verify_fatal=1 --randseed="$SEED" >fio.log 2>&1 &
fio=$!
on_exit "kill $fio 2>/dev/null"

# The last one comes while there still are writes, however long a digest takes.
digests=
for name in s0 s1 s2; do
	sleep "$pause"
	touch "$mnt/snapshots/$name"
	digest "$mnt/snapshots/$name" >"$name.digest" &
	digests="$digests $!"
done
# shellcheck disable=SC2086 # one word for each
wait $digests || fail "a snapshot cannot be read"
wait "$fio" || {
	tail -n 20 fio.log
	fail "fio found a difference"
}
for name in s0 s1 s2; do
	same "$(cat "$name.digest")" "$(digest "$mnt/snapshots/$name")" "snapshot $name"
done
writes=$(status .counters.live_writes)
[ "$writes" -ge "$writes_min" ] || fail "only $writes writes"
for snapshot in 0 1 2; do
	[ "$(status ".snapshots[$snapshot].store.blocks")" -gt 0 ] || fail "no write met s$snapshot"
done
echo "blocks preserved: $(status '[.snapshots[].store.blocks] | join(" ")')"
umount_volume
rig mount "$image" "$mnt"
for name in s0 s1 s2; do
	same "$(cat "$name.digest")" "$(digest "$mnt/snapshots/$name")" "$name after a new mount"
done
