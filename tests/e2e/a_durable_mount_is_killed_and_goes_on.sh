#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# --durable is shown in the status, holds with each topology under fsync and
# fio, and a killed rig comes back with live view and snapshot whole.
. "${0%/*}/../lib/e2e.sh"

requires jq fio
for profile in plain xen; do
	mount_volume 32MiB --profile "$profile" --durable
	same true "$(status .durable)" "durable in the status of $profile"
	write_at 0 3000000 "$mnt/live" 1
	touch "$mnt/snapshots/s0"
	before=$(digest "$mnt/snapshots/s0")
	fio --name=verify --filename="$mnt/live" --rw=randwrite --bs=4k --size=16m --fsync=64 \
		--io_size=8m --ioengine=psync --verify=crc32c --randseed="$SEED" \
		--output=fio.log >/dev/null || fail "fio: $(tail -3 fio.log)"
	live=$(digest "$mnt/live")
	same "$before" "$(digest "$mnt/snapshots/s0")" "snapshot under $profile"
	kill_rig
	rig mount "$image" "$mnt" --profile "$profile"
	same "$before" "$(digest "$mnt/snapshots/s0")" "snapshot of $profile after the kill"
	same "$live" "$(digest "$mnt/live")" "live view of $profile after the kill"
	same false "$(status .durable)" "durable in the status without it"
	rig umount "$mnt"
	rm -rf "$image" "$image.snaprig"
done
