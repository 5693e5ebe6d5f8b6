#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `snaprig check` tells how a command read the snapshot, and what it took: numbers that follow
# from the command alone are exact, whatever becomes of the snapshot.
# shellcheck disable=SC2016,SC1083 # for the other shell, and words of check
. "${0%/*}/../lib/e2e.sh"

requires jq
mkdir tmp
export TMPDIR="$work/tmp"

# measured ARGUMENT... - the result is in result.json.
measured()
{
	timeout 120 "$SNAPRIG" check --json "$@" >result.json 2>said || :
	jq -c '[.verdict, .reads, .run]' result.json || fail "no JSON of: $* ($(cat said))"
}

is()
{
	jq -e "$1" result.json >/dev/null || fail "not so: $1: $(cat result.json)"
}

# ---- reads ----

measured --size 4MiB -- dd if={snapshot} of={out} bs=64k
is '.reads == {count: 64, bytes: 4194304, errors: 0, in_sequence: 64, bytes_again: 0,
	in_flight_max: 1, sizes: {"65536": 64}, bytes_unread: 0, bytes_of_holes: 0}'
is '.run | .seconds > 0 and .mib_per_second > 0 and .cpu_seconds >= 0 and .store_bytes == 0
	and .memory_bytes > 500000 and .writes == {before: null, during: null}'
is '.run | (.seconds * .mib_per_second - 4 | fabs) < 0.01'
measured --size 4MiB -- 'dd if={snapshot} of={out} bs=64k count=16; dd if={snapshot} bs=4k \
	count=8 of=/dev/null skip=8'
is '.reads.bytes_unread == 3145728 and .reads.bytes_again == 32768 and
	.reads.sizes == {"4096": 8, "65536": 16} and .reads.in_sequence == 23'
measured --size 4MiB -- true
is '.reads | .count == 0 and .sizes == {} and .bytes_unread == 4194304'
measured --size 4MiB --fault 'snapshot.read delay=30ms' -- \
	'dd if={snapshot} of=/dev/null bs=1M & dd if={snapshot} of={out} bs=1M; wait'
is '.verdict == "intact" and .reads.in_flight_max == 2 and .reads.bytes_again == 4194304'

# A volume of which a quarter is data.
random_bytes 3 1048576 >image
truncate -s 4M image
measured --image image -- dd if={snapshot} of={out} bs=1M
is '.reads.bytes_of_holes == 3145728 and .reads.bytes_unread == 0'
measured --image image -- 'cp {snapshot} {out}'
is '.verdict == "intact" and .reads.bytes_of_holes == 0 and .reads.bytes_unread == 0'

# ---- whatever becomes of the snapshot ----

measured --size 4MiB --failure read-error -- dd if={snapshot} of={out} bs=64k
is '.verdict == "detected" and .reads.errors == 1 and .reads.bytes_unread > 0'
measured --size 4MiB --takes -- 'touch {snapshot}; dd if={snapshot} of={out} bs=64k; rm {snapshot}'
is '.verdict == "intact" and .reads.count == 64 and .reads.bytes_unread == 0'
measured --size 4MiB --takes -- 'dd if={live} of={out} bs=64k'
is '.reads == null and .run.seconds > 0'
measured --size 4MiB --failure snapshot-removed -- dd if={snapshot} of={out} bs=64k
is '.reads.count > 0 and .reads.bytes_unread > 0'
measured --size 4MiB --failure cow-overflow --profile vss -- dd if={snapshot} of={out} bs=64k
is '.reads.count > 0 and .run.store_bytes > 0'
measured --size 4MiB --failure rig-crash -- dd if={snapshot} of={out} bs=64k
is '.reads == null and .run.seconds > 0'

# ---- what it took ----

measured --size 1MiB -- 'dd if=/dev/zero of=/dev/null bs=48M count=3; cp {snapshot} {out}'
is '.run.memory_bytes > 48000000 and .run.memory_bytes < 96000000'
measured --size 1MiB -- 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; cp {snapshot} {out}'
is '.run.cpu_seconds > 0.05 and .run.cpu_seconds <= .run.seconds * 2'
measured --size 1MiB -- 'sleep 1; cp {snapshot} {out}'
is '.run.seconds > 1 and .run.cpu_seconds < 0.5'
measured --size 4MiB --writer trickle -- dd if={snapshot} of={out} bs=64k
is '.run.writes | .before.count == 1 and .during.count == 3 and
	.before.p50_seconds > 0 and .during.p50_seconds <= .during.p99_seconds'
is '.run.store_bytes >= 12288'

# Its schema names what there is.
schema=$e2e_root/schemas/measures.schema.json
keys()
{
	met=$(jq -c "$2 | keys" result.json)
	same "$(jq -c ".\"\$defs\".$1.properties | keys" "$schema")" "$met" "keys of $1"
	same "$(jq -c ".\"\$defs\".$1.required | sort" "$schema")" "$met" "required keys of $1"
}
keys reads .reads
keys run .run
keys latency .run.writes.during

# ---- for people, and in reports of run ----

"$SNAPRIG" check --size 4MiB --writer storm -- dd if={snapshot} of={out} bs=64k >text
cat text
grep -qE '^ran        [0-9.]+ s, [0-9.]+ MiB/s; [0-9.]+ s of CPU, [0-9.]+ MiB of memory$' text ||
	fail "no line of what it took"
grep -qx 'reads      64 of 64 KiB; 100 % in sequence, 1 at a time at most, 0 failed' text ||
	fail "no line of the reads"
grep -qx 'read       4 MiB, 0 B of it again; 0 B of holes, 0 B of data never read' text ||
	fail "no line of what was read"
grep -qE '^writes     before p50 [0-9.]+ ms, .*; during p50 [0-9.]+ ms, .*$' text ||
	fail "no line of the writes"
cat >scenario.yaml <<-END
	name: measured
	profile: plain
	volume: { size: 4MiB, content: random }
	client: ./mine.yaml
	phases:
	  - steady:
	      - snapshot: s0
	      - backup: { of: s0, to: b0 }
	      - backup: { of: s0, to: b1 }
END
cat >mine.yaml <<-END
	about: reads it in pieces of 128 KiB
	compares: whole
	backup: dd if={snapshot} of={out} bs=128k
	restore: cp {out} {restored}
	publishes: ["{out}"]
END
rig run scenario.yaml --json >run.json || fail "run fails: $(cat run.json)"
jq -e '.scenarios[0].backups | length == 2 and all(.[]; .reads.count == 32 and
	.reads.bytes == 4194304 and .run.seconds > 0) and .[0].reads.bytes_again == 0' run.json \
	>/dev/null || fail "not in the report of run: $(jq -c '.scenarios[0].backups' run.json)"
