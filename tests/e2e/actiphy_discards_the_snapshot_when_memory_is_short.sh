#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The driver of ActiveImage Protector looks at the memory at each source write:
# over 80 % it says so once, and the snapshot is gone; the source is not harmed.
. "${0%/*}/../lib/e2e.sh"

requires jq
line='datto: physical memory usage has exceeded 80% threshold. cow file update is stopped'
mount_volume 16MiB --profile actiphy
rig gauge set "$mnt" memory.used 50%
touch "$mnt/snapshots/s0"
write_at 0 65536 "$mnt/live"
same active "$(status '.snapshots[0].state')" "state at 50 %"

# Only a write looks.
rig gauge set "$mnt" memory.used 85%
dd if="$mnt/snapshots/s0" of=/dev/null bs=64k status=none || fail "no write yet, but s0 is dead"
write_at 65536 65536 "$mnt/live"
write_at 131072 65536 "$mnt/live"
same failed "$(status '.snapshots[0].state')" "state at 85 %"
same 1 "$(grep -cF "$line" "$mnt/.snaprig/kernel.log")" "lines in kernel.log"
refused 1 "Input/output error" dd if="$mnt/snapshots/s0" of=/dev/null bs=4k count=1
same "$(random_bytes "$SEED" 65536 | digest)" \
	"$(dd if="$mnt/live" bs=64k skip=1 count=1 status=none | digest)" "live view"

# Memory that is free again does not bring it back.
rig gauge release "$mnt" memory.used
rig gauge set "$mnt" memory.used 40%
refused 1 "Input/output error" dd if="$mnt/snapshots/s0" of=/dev/null bs=4k count=1
rm "$mnt/snapshots/s0"
touch "$mnt/snapshots/s1"
write_at 0 65536 "$mnt/live" 5
same active "$(status '.snapshots[0].state')" "state of s1"

refused '2|4' "'memory.usd'" rig gauge set "$mnt" memory.usd 85%
refused '2|4' "'lots'" rig gauge set "$mnt" memory.used lots
