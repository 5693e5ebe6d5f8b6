#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# While the live view grows the rig is served on: however often that happens, no request is
# lost, nor what it needs, and none is decoded while another one waits for the disk.
. "${0%/*}/../lib/e2e.sh"

requires fio jq
export SNAPRIG_LIMITS=smallest
mount_volume 4MiB
fio --name=meanwhile --filename="$mnt/live" --rw=randrw --bs=64k --size=4m --direct=1 \
	--ioengine=psync --numjobs=4 --thread --time_based --runtime=600 >fio.log 2>&1 &
fio=$!
on_exit "kill $fio 2>/dev/null"

# Far more often than requests are served at a time.
size=4194304
rounds=0
while [ $rounds -lt 300 ]; do
	rounds=$((rounds + 1))
	size=$((size + 4096))
	timeout 60 truncate -s "$size" "$mnt/live" || fail "growth $rounds hangs"
done
timeout 60 dd if="$mnt/live" of=/dev/null bs=1M status=none || fail "the live view hangs"
same "$size" "$(stat -c %s "$mnt/live")" "size"
kill "$fio"
wait "$fio" || :

# As many at a time as before.
rig fault add "$mnt" 'live.read hang name=stuck' >/dev/null
readers=
for reader in 1 2 3 4 5 6; do
	dd if="$mnt/live" of=/dev/null bs=4k count=1 skip="$reader" status=none &
	readers="$readers $!"
done
all_hang()
{
	[ "$(rig fault list "$mnt" --json | jq '.faults[0].fired')" = 6 ]
}
wait_until 20 all_hang || fail "six readers are not six"
timeout 20 cat "$mnt/.snaprig/status.json" >/dev/null || fail "nobody is served beside six"
rig fault remove "$mnt" stuck
# shellcheck disable=SC2086 # one word for each
wait $readers || fail "a reader failed"
umount_volume
