#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# .snaprig/status.json is JSON with the fields that are promised, the same as
# `snaprig status --json`, and true.
. "${0%/*}/../lib/e2e.sh"

requires jq
mount_volume 8MiB --profile plain
touch "$mnt/snapshots/s0"
write_at 0 65536 "$mnt/live"

jq -e 'has("schema_version") and has("image") and has("profile") and has("transport")
	and has("size_bytes") and has("state") and (.gauges | type == "object")
	and (.counters | type == "object") and (.snapshots | type == "array")' \
	"$mnt/.snaprig/status.json" >/dev/null || fail "fields of the volume are missing"
jq -e '.snapshots[0] | has("name") and has("state") and has("error") and has("native")
	and has("block_bytes") and (.store | has("used_bytes") and has("limit_bytes")
	and has("blocks"))' "$mnt/.snaprig/status.json" >/dev/null ||
	fail "fields of the snapshot are missing"

same 1 "$(status .schema_version)" schema_version
same "$image" "$(status .image)" image
same plain "$(status .profile)" profile
same 8388608 "$(status .size_bytes)" size_bytes
same active "$(status .state)" state
same s0 "$(status '.snapshots[0].name')" name
same active "$(status '.snapshots[0].state')" "state of s0"
same null "$(status '.snapshots[0].error')" "error of s0"
same 4096 "$(status '.snapshots[0].block_bytes')" block_bytes
same 16 "$(status '.snapshots[0].store.blocks')" "blocks of s0"
[ "$(status '.snapshots[0].store.used_bytes')" -ge 65536 ] || fail "used_bytes is too small"

# How a snapshot is read is counted as its reader asks.
same 0 "$(status '.snapshots[0].reads.count')" "reads of s0"
dd if="$mnt/snapshots/s0" of=/dev/null bs=64k status=none
dd if="$mnt/snapshots/s0" of=/dev/null bs=4k count=3 skip=1 status=none
same '[131,8400896,0,130,12288,1,{"4096":3,"65536":128}]' \
	"$(status '.snapshots[0].reads | [.count, .bytes, .errors, .in_sequence, .bytes_again,
		.in_flight_max, .sizes] | tojson')" "reads of s0"

steady='del(.counters, .gauges, .io, .latency, .ring, .time_ns)'
jq -S "$steady" "$mnt/.snaprig/status.json" >by-file
rig status "$mnt" --json | jq -S "$steady" >by-command
diff -u by-file by-command || fail "file and command differ"
earlier=$(status .time_ns)
[ "$earlier" -lt "$(status .time_ns)" ] || fail "the time of the rig stands still"
rig status "$mnt" | grep -q s0 || fail "the status for people does not know s0"

[ -L "$mnt/.snaprig/control" ] || fail "control is no symbolic link"
[ -S "$mnt/.snaprig/control" ] || fail "control does not lead to a socket"
same 600 "$(stat -L -c %a "$mnt/.snaprig/control")" "mode of the socket"
[ -e "$mnt/.snaprig/events.jsonl" ] || fail "no journal"
[ -e "$mnt/.snaprig/kernel.log" ] || fail "no kernel log"
