#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# 120,000 requests, through slots that are read into again and again: by default, and
# most of them with the smallest limits, where a few slots serve more readers than there
# are.  Some of those are killed while they wait for an answer.
. "${0%/*}/../lib/e2e.sh"

requires fio
divisor=1
[ "$e2e_slow" = 0 ] || divisor=10

# read_much NAME COUNT - so many reads of 4 KiB of NAME, 32 at a time.
read_much()
{
	fio --name=read --filename="$mnt/$1" --readonly --rw=randread --bs=4k --direct=1 \
		--size=16m --io_size=$(($2 * 4))k \
		--ioengine=io_uring --iodepth=32 --randseed="$SEED" >fio.log 2>&1 || {
		tail -n 20 fio.log
		fail "$1 cannot be read"
	}
}

for limits in default smallest; do
	requests=$((20000 / divisor))
	if [ "$limits" = smallest ]; then
		requests=$((100000 / divisor))
		export SNAPRIG_LIMITS="$limits"
	fi
	mount_volume 16MiB
	write_at 0 $((16 << 20)) "$mnt/live"
	touch "$mnt/snapshots/s"
	before=$(digest "$mnt/snapshots/s")
	read_much live "$requests"
	reads=$(status .counters.live_reads)
	[ "$reads" -ge "$requests" ] || fail "only $reads reads"
	rig fault add "$mnt" 'snapshot.read hang' >rule
	readers=
	for _ in 1 2 3; do
		cat "$mnt/snapshots/s" >/dev/null &
		readers="$readers $!"
	done
	sleep 0.3
	# shellcheck disable=SC2086 # one word for each
	kill -9 $readers
	# shellcheck disable=SC2086 # one word for each
	wait $readers 2>/dev/null || true
	rig fault clear "$mnt"
	same "$before" "$(digest "$mnt/snapshots/s")" "the snapshot, with limits '$limits'"
	read_much snapshots/s $((requests / 10))
	umount_volume
	rm -rf "$image" "$image.snaprig"
done
