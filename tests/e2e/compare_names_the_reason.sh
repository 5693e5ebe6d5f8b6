#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `snaprig compare` runs clients by turns, prints what they did side by side, and says what
# differs of how they read; it has check's verdicts and exit codes.
# shellcheck disable=SC2016,SC1083 # for the other shell, and words of check
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_check.sh"

requires jq

# compared CODE ARGUMENT... - the result is in result.json.
compared()
{
	e2e_code=$1
	shift
	e2e_status=0
	timeout 120 "$SNAPRIG" compare --json "$@" >result.json 2>said || e2e_status=$?
	jq -c '[[.tools[] | .verdict, .values.seconds], .reason]' result.json ||
		fail "no JSON of: $* ($(cat said))"
	same "$e2e_code" "$e2e_status" "exit of compare $*"
	nothing_is_left "$*"
}

is()
{
	jq -e "$1" result.json >/dev/null || fail "not so: $1: $(cat result.json)"
}

# ---- the reason ----

compared 0 --size 16MiB --rounds 2 -- dd if={snapshot} of={out} bs=4k \
	-- dd if={snapshot} of={out} bs=1M
is '.schema_version == 1 and .rounds == 2 and (.tools | length) == 2'
is '.tools[0] | .command == "dd if={snapshot} of={out} bs=4k" and .verdict == "intact" and
	.code == 0 and (.rounds | length) == 2 and
	all(.rounds[]; .reads.count == 4096 and .run.seconds > 0)'
is '.tools[0].values.reads == {median: 4096, min: 4096, max: 4096}'
is '.tools[1].values | .read_size_bytes.median == 1048576 and .bytes_of_holes.median == 0 and
	.in_sequence_percent.median == 100 and .write_during_p99_ms == null and
	.seconds.min <= .seconds.median and .seconds.median <= .seconds.max'
is '.reason[0] | test("^([AB] takes [0-9.]+ times as long as [AB]|their times differ no .*)$")'
is '.reason[1] == "A reads in 4 KiB, 4096 reads; B reads in 1 MiB, 16 reads"'
compared 0 --size 4MiB --rounds 3 -- cp {snapshot} {out} \
	-- 'for i in 1 2 3 4 5; do cat {snapshot} >/dev/null; done; cp {snapshot} {out}'
is 'any(.reason[]; . == "A reads 4 MiB, 0 B of it again and 0 B of holes; " +
	"B reads 24 MiB, 20 MiB of it again and 0 B of holes")'
compared 0 --size 1MiB --rounds 2 -- cp {snapshot} {out} -- 'sleep 5; cp {snapshot} {out}'
is '.reason | .[1] == "they read alike" and
	.[2] == "B does not take longer than A because of its reads"'
random_bytes 3 1048576 >image
truncate -s 16M image
compared 0 --image image --rounds 1 -- dd if={snapshot} of={out} bs=128k -- cp {snapshot} {out}
is '.tools | .[0].values.bytes_of_holes.median == 15728640 and
	.[1].values.bytes_of_holes.median == 0'
compared 0 --size 1MiB --rounds 1 --writer trickle -- cp {snapshot} {out} -- cp {snapshot} {out}
is 'all(.tools[].values; .write_before_p50_ms.median > 0 and .write_during_p99_ms.median > 0)'
# It writes beside the reading, for as long as that goes on: else it would be 1792 writes.
compared 0 --size 16MiB --rounds 1 --writer storm -- dd if={snapshot} of={out} bs=4k \
	-- dd if={snapshot} of={out} bs=1M
is '.tools | .[0].rounds[0].run.writes as $slow | .[1].rounds[0].run.writes as $quick |
	$slow.before.count == 256 and $slow.during.count > $quick.during.count and
	$quick.during.count < 1700'

# For people: the same numbers, and the reason last.
"$SNAPRIG" compare --size 4MiB --rounds 2 -- dd if={snapshot} of={out} bs=4k \
	-- dd if={snapshot} of={out} bs=1M >text || fail "compare fails"
cat text
grep -qx 'A  dd if={snapshot} of={out} bs=4k' text || fail "no legend"
grep -qE '^verdict +intact +intact$' text || fail "no verdicts"
grep -qE '^reads +1024 +4$' text || fail "no reads"
grep -qE '^seconds +[0-9.]+ s \([0-9.]+ s \.\. [0-9.]+ s\) ' text || fail "no spread"
tail -n 2 text | grep -qx 'A reads in 4 KiB, 1024 reads; B reads in 1 MiB, 4 reads' ||
	fail "no reason at the end"

# As a page, and with all numbers, after each round.
compared 0 --size 4MiB --rounds 2 --report html=page.html --report json=kept.json \
	-- dd if={snapshot} of={out} bs=4k -- 'dd if={snapshot} of={out} bs=1M # <script>'
jq -e --slurpfile kept kept.json '.tools == $kept[0].tools' result.json >/dev/null ||
	fail "another report: $(cat kept.json)"
for text in '^<p class="headline">([AB] takes [0-9.]+ times as long as [AB]|their times differ)' \
	'<p class="reason">A reads in 4 KiB, 1024 reads; B reads in 1 MiB, 4 reads</p>' \
	'^<tr><th scope="row">reads<td>1024<svg class="spread".*<td>4<svg' \
	'^<h3>A: 1024 of 4 KiB</h3>' '<title>4 KiB: 1024</title>' '# &lt;script&gt;</code>' \
	'Run it again: <code>snaprig compare --json --size 4MiB .* -- dd if='; do
	grep -qE -e "$text" page.html || fail "no '$text' in: $(cat page.html)"
done
grep -qE 'https?://|<script>$|rounds have ended' page.html && fail "this is on the page"

# ---- turns, and a way to restore for each ----

compared 0 --size 1MiB --rounds 3 -- "echo A >>'$work/turns'; cp {snapshot} {out}" \
	-- "echo B >>'$work/turns'; cp {snapshot} {out}"
same "ABBAAB" "$(tr -d '\n' <turns)" "the turns"
compared 0 --size 1MiB --rounds 1 --restore 'gunzip <{out} >{restored}' \
	--restore 'cp {out} {restored}' -- 'gzip -1 <{snapshot} >{out}' -- cp {snapshot} {out}
compared 0 --size 1MiB --rounds 1 --restore 'tail -c +2 {out} >{restored}' \
	-- '{ echo; cat {snapshot}; } >{out}' -- '{ echo; dd if={snapshot}; } >{out}'

# ---- verdicts ----

compared 1 --size 1MiB --rounds 2 -- cp {snapshot} {out} -- 'head -c 4k {snapshot} >{out}'
is '.tools | .[0].code == 0 and .[1].code == 1 and .[1].verdict == "silent-corruption"'
is '.tools[1].values.bytes_unread.median == 1044480'
compared 124 --size 1MiB --rounds 1 --time-limit 1s -- sleep 9 -- cp {snapshot} {out}
is '.tools[0].verdict == "hung" and (.reason | length) > 0'
compared 1 --size 1MiB --rounds 1 -- true -- false
# One that ends the rig is judged; a rig that fails of itself is no finding of it.
compared 1 --size 1MiB --rounds 2 -- 'cp {snapshot} {out}; {snaprig} umount {mnt}' -- \
	cp {snapshot} {out}
is '.tools[0].verdict == "leaked" and .tools[1].verdict == "intact"'
e2e_status=0
"$SNAPRIG" compare --size 1MiB --rounds 2 -- 'kill -ABRT $(grep -lsa -e "--for[e]ground" \
	$(grep -lsaF -e {mnt} /proc/[0-9]*/cmdline) | tr -dc "0-9\n")' -- true >text 2>said ||
	e2e_status=$?
same 4 "$e2e_status" "exit when the rig is gone"
grep -q "cannot be compared: the rig was ended" said || fail "does not say why: $(cat said)"

# ---- what is wrong is told, and ^C leaves nothing ----

refused 2 "a command is missing" rig compare
refused 2 "at least two commands" rig compare -- true
refused 2 "a command is missing after '--'" rig compare -- true --
refused 2 "a command is missing after '--'" rig compare -- true -- -- true
refused 2 "cannot read rounds '0'" rig compare --rounds 0 -- true -- true
refused 2 "cannot read rounds 'x'" rig compare --rounds x -- true -- true
refused 2 "unknown word '{outt}'" rig compare -- true -- cp {snapshot} {outt}
refused 2 "once for all commands" rig compare --restore a --restore b -- true -- true -- true
refused 2 "cannot read report 'pdf=x' .try html=FILE or json=FILE" rig compare --report pdf=x \
	-- true -- true
refused 4 "cannot write report 'no/x'" rig compare --report html=no/x -- true -- true
refused 2 "unknown option '--failure'" rig compare --failure read-error -- true -- true
env --default-signal=INT "$SNAPRIG" compare --size 16MiB --rounds 100 \
	-- dd if={snapshot} of={out} bs=4k -- cp {snapshot} {out} >text 2>said &
pid=$!
sleep 1
kill -INT "$pid"
e2e_status=0
wait "$pid" || e2e_status=$?
same 130 "$e2e_status" "exit after SIGINT"
nothing_is_left "SIGINT"
