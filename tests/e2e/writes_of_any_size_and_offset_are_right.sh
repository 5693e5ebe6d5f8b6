#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Writes that begin and end in the middle of sectors and blocks: the live view
# equals a plain file that got the same, the snapshots what it was then.
. "${0%/*}/../lib/e2e.sh"

# read_at OFFSET:LENGTH FILE
read_at()
{
	dd if="$2" bs=1M iflag=skip_bytes,count_bytes skip="${1%:*}" count="${1#*:}" status=none
}

size=$((4 << 20))
mount_volume 4MiB
head -c "$size" /dev/zero >plain

# offset:length, both sides of every border
for at in 0:1 1:1 511:2 4095:2 4096:4096 4097:4095 8191:8194 65535:65538 1048575:1048578 \
	100003:7 100007:131071 2097151:1500001 $((size - 1)):1 $((size - 4097)):4097; do
	seed=$((${seed:-$SEED} + 1))
	write_at "${at%:*}" "${at#*:}" plain "$seed"
	write_at "${at%:*}" "${at#*:}" "$mnt/live" "$seed"
	cmp plain "$mnt/live" || fail "live view after a write at $at"
	case $at in
	4095:2 | 65535:65538 | 2097151:1500001)
		touch "$mnt/snapshots/s$seed"
		cp plain "s$seed"
		;;
	esac
done
for snapshot in "$mnt"/snapshots/*; do
	copy=${snapshot##*/}
	cmp "$copy" "$snapshot" || fail "snapshot $snapshot"
	# Reads at odd places, too.
	for at in 1:1 511:1026 65537:4095 1048573:300007; do
		same "$(read_at "$at" "$copy" | digest)" \
			"$(read_at "$at" "$snapshot" | digest)" "read at $at of $snapshot"
	done
done

# At the end there is no more.
refused 1 "" dd if=/dev/zero of="$mnt/live" bs=1 count=1 seek="$size" conv=notrunc
same "$size" "$(stat -c %s "$mnt/live")" "size"
same 1 "$(dd if="$mnt/live" bs=4096 iflag=skip_bytes skip=$((size - 1)) status=none | wc -c)" \
	"bytes from the last one on"
