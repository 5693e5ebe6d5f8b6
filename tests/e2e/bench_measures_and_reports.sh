#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `snaprig bench` measures what it is told, prints it as a table, as JSON by its schema, as
# Markdown and as a page, keeps what fio said, compares with a run before, and leaves nothing.
# How fast anything is, is not asked here.
# shellcheck disable=SC2016 # jq has variables of its own
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_check.sh"
. "$e2e_root/tests/lib/e2e_schema.sh"

requires python3 fio jq
not_under_valgrind "has another program than the one that is measured"

# benched CODE ARGUMENT... - the smallest there is; its output is in out.
benched()
{
	e2e_code=$1
	shift
	e2e_status=0
	timeout 240 "$SNAPRIG" bench --dir "$work/tmp" --size 16MiB --seconds 100ms "$@" \
		>out 2>said || e2e_status=$?
	same "$e2e_code" "$e2e_status" "exit of bench $* ($(cat said))"
	nothing_is_left "$*"
}

is()
{
	jq -e "$1" "$2" >/dev/null || fail "not so: $1: $(cat "$2")"
}

# ---- what is measured, in all its forms ----

"$SNAPRIG" bench --list >list
for job in randread-4k first-writes-4k view-1m chain-4k disturbed-4k coalesce map-memory; do
	grep -q "^$job  *[A-Z]" list || fail "--list does not say what $job shows: $(cat list)"
done

# What is completed is what there is.
same "$(sed -n 's/^\([a-z][a-z0-9-]*\) .*/\1/p' list | xargs)" \
	"$("$SNAPRIG" list commands --json | jq -r '.commands[] | select(.name == "bench") |
		.operands[0].choices' | xargs)" "the jobs of the table of commands"

benched 0 --rounds 2 randread-4k first-writes-4k view-4k snapshot-time coalesce \
	--report json=all.json --report html=page.html --report md=table.md --artifacts kept
is '.schema_version == 1 and .settings == {rounds: 2, milliseconds: 100, bytes: 16777216,
	quick: false, peers: false} and .skipped == [] and .baseline == null' all.json
is '[.jobs[].name] == ["randread-4k", "first-writes-4k", "view-4k", "coalesce",
	"snapshot-time"]' all.json
is 'all(.jobs[].targets[]; (.values | length) == 2 and .median > 0 and .spread == null)' all.json
is '.jobs[0].targets | map(.name) == ["raw", "snaprig", "limit"]' all.json
# A ratio is of each round; bytes and processor time are of the rig.
is '.rows[0] | .job == "randread-4k" and .against == "raw" and (.values | length) == 2 and
	.goal == 0.8 and (.verdict | IN("met", "near", "missed"))' all.json
is '.rows[0].values[1] as $ratio | .jobs[0].targets | .[1].values[1] / .[0].values[1] - $ratio |
	fabs < 0.001' all.json
is '.jobs[0].targets[1].details | .cpu_us > 0 and .p50_us <= .p99_us and .p99_us <= .p999_us' \
	all.json
is '.jobs[0].targets[0].details.cpu_us == null' all.json
is 'any(.rows[]; .job == "snapshot-time" and .against == null and .unit == "ms" and .at_most)' \
	all.json
# A read is one read of the image; a first touch is another, the new block and a part of a segment.
is '.jobs[0].targets[1].details | .file_reads == 1 and .file_writes == 0' all.json
is '.jobs[1].targets[2].details | .file_reads == 1 and .file_writes > 1 and .file_writes <= 2' \
	all.json
# The same at the disk: the block is read, and it is written twice with a header.
[ "$(stat -f -c %T "$work")" = tmpfs ] || {
	is '.jobs[1].targets[2].details | .read_bytes >= 4096 and .written_bytes >= 8192' all.json
	is '.jobs[0].targets[1].details | .read_bytes == 4096 and .written_bytes < 64' all.json
}

# A run of fio is a file of its own, with all of its bins.
same 4 "$(find kept -name '*.randread-4k.*.json' | wc -l)" "randread-4k in kept/"
jq -e '.jobs[0].read.clat_ns.bins | length > 0' kept/0001.randread-4k.raw.json >/dev/null ||
	fail "no bins: it is not json+"

head -3 out | grep -q 'Linux .* GiB$' || fail "where it was measured: $(cat out)"
grep -qE '^randread-4k +IOPS +[0-9]+ +raw +[0-9]+ +[0-9.]+ +>= 0.8' out || fail "$(cat out)"
grep -qE '^[0-9]+ of 7 goals met' out || fail "$(cat out)"
grep -qF '| randread-4k | IOPS |' table.md || fail "the Markdown: $(cat table.md)"
grep -q '<svg ' page.html || fail "no drawing"
! grep -qE 'https?://|<script|<link|src=' page.html || fail "the page needs something else"
for what in prefers-color-scheme:dark '@media print' 'p99.9' '<h2>All figures'; do
	grep -qF "$what" page.html || fail "the page has no '$what'"
done
! command -v xmllint >/dev/null || xmllint --html --noout page.html 2>wrong || fail "$(cat wrong)"

# ---- on a terminal ----

if command -v script >/dev/null; then
	script -q -c "'$SNAPRIG' bench --dir '$work/tmp' --size 16MiB --seconds 100ms --rounds 2 \
		snapshot-time" shown >/dev/null </dev/null
	for what in '0 %: round 1 of 2, snapshot-time: of-1GiB' \
		'50 %, [0-9]*:[0-9]* left: round 2 of 2, snapshot-time: of-1TiB'; do
		grep -q "$what" shown || fail "progress: $(cat -v shown)"
	done
	nothing_is_left "on a terminal"
fi

# ---- against a run before ----

# Figures before that no machine has: the change is more than anything swings.
benched 0 --rounds 3 snapshot-time latency-4k --json
mv out before.json
jq '.rows[] |= (.values = [1e6, 1e6, 1e6] | .median = 1e6)' before.json >base.json
benched 1 --rounds 3 snapshot-time latency-4k --json --baseline base.json
cp out after.json
as_schema bench all.json before.json after.json
is '.baseline | .file == "base.json" and .same_settings and .changes == [
	{job: "latency-4k", ours: "snaprig", against: "raw", unit: "IOPS", before: 1e6,
		after: .changes[0].after, verdict: "worse"},
	{job: "snapshot-time", ours: "of-1TiB", against: null, unit: "ms", before: 1e6,
		after: .changes[1].after, verdict: "better"},
	{job: "snapshot-time", ours: "of-1TiB", against: "of-1GiB", unit: "ms", before: 1e6,
		after: .changes[2].after, verdict: "better"}]' out
benched 0 --rounds 3 snapshot-time --baseline base.json --seconds 200ms
grep -qE '^better   snapshot-time: of-1TiB, ms: [0-9.]+, was 1000000$' out || fail "$(cat out)"
grep -q '^(that run had other sizes or times)$' out || fail "other times: $(cat out)"
benched 0 --rounds 2 snapshot-time --baseline base.json --report html=page.html
grep -qE '^unknown  snapshot-time' out || fail "two rounds: $(cat out)"
grep -q '<h2>Against base.json' page.html || fail "the page tells nothing of it"

# ---- installed ----

"$e2e_root/tools/install" "$SNAPRIG" "$work/root" /usr
SNAPRIG=$work/root/usr/bin/snaprig
benched 0 --rounds 1 randread-4k
grep -qE '^randread-4k +limit +[0-9]+' out || fail "the installed one: $(cat out)"
