#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `snaprig matrix` checks each client under each failure, some at a time; its reports are whole
# at any moment, and a matrix that was interrupted goes on from them.
# shellcheck disable=SC1083 # words of adapters
. "${0%/*}/../lib/e2e.sh"

requires jq
. "$e2e_root/tests/lib/e2e_run.sh"
cp -r "$e2e_root/scenarios/failures" "$SNAPRIG_SHARE"
client slow "echo x >>'$work/slow'; sleep 1; cat {snapshot} >{out}" "cp {out} {restored}"
client missing "no-such-tool {snapshot}" "cp {out} {restored}" "requires: [ no-such-tool ]"

# matrix CODE ARGUMENT... - the table is in `tap`.
matrix()
{
	e2e_code=$1
	shift
	e2e_status=0
	timeout 120 "$SNAPRIG" matrix --size 1MiB "$@" >tap 2>said || e2e_status=$?
	cat tap said
	same "$e2e_code" "$e2e_status" "exit of matrix $*"
	nothing_left
}

verdict()
{
	jq -r --arg client "$1" --arg failure "$2" '.cells[] | select(.client == $client and
		.failure == (if $failure == "none" then null else $failure end)) | .verdict' m.json
}

# ---- the table ----

matrix 1 dd dd-gzip missing --failures 'read-error,source-*' --jobs 2 \
	--report json=m.json --report markdown=m.md --report html=m.html
tells "^dd       i  d  d$"
tells "^dd-gzip  i  S  S$"
tells "^missing  \\.  \\.  \\.$"
tells "^ 1  read-error \\(plain\\)$"
tells "^missing was not run: there is no program 'no-such-tool'$"
same intact "$(verdict dd none)" "dd without a failure"
same detected "$(verdict dd read-error)" "dd at a bad sector"
same silent-corruption "$(verdict dd-gzip read-error)" "dd-gzip at a bad sector"
same "not run" "$(verdict missing read-error)" "a client that is not here"
grep -qE '^\| dd-gzip \| i \| \*\*S\*\* \|' m.md || fail "no table in: $(cat m.md)"
for text in '^- read-error \(plain\): silent-corruption, exit 0; ' \
	'^<details><summary><b>dd-gzip</b>: 2 silent corruption</summary>$' \
	'^\| client \| \[0\].* \[1\]\(#failures "read-error \(plain\)"\) \|' \
	"^snaprig matrix dd dd-gzip missing --failures 'read-error,source-\*' --size 1MiB " \
	"^- missing: there is no program 'no-such-tool'$" \
	'^\| 2 \| source-vanishes \| plain \| The snapshot does not exist '; do
	grep -qE "$text" m.md || fail "no '$text' in: $(cat m.md)"
done

# The page: a cell leads to its evidence.
for text in '<p class="headline bad">2 of 6 checks ended in silent corruption</p>' \
	'<td class="silent-corruption"><a href="#c1-1" title="dd-gzip, read-error .*>S</a>' \
	'^<tr id="c1-1"><td>read-error \(plain\)<td>.*silent-corruption</span><td>0<td>[1-9]' \
	'<code>snaprig matrix dd-gzip --failures read-error .*--seed 1</code></div>' \
	'<td class="none"><a href="#r2" title="missing, read-error .*: not run">\.</a>' \
	"<p class=\"message\">not run: there is no program 'no-such-tool'</p>" \
	'^<p>Snaprig [0-9.]+, Linux .* processors?, .* of memory\.</p>'; do
	grep -qE "$text" m.html || fail "no '$text' in: $(cat m.html)"
done
grep -qE 'https?://' m.html && fail "the page needs something else"

# What it says repeats a cell is one that does.
replay=$(jq -r '.cells[] | select(.client == "dd" and .failure == "read-error") | .replay' m.json)
eval "\"\$SNAPRIG\" ${replay#snaprig }" >tap || fail "the replay has another verdict: $(cat tap)"
tells "^dd      i  d$"
matrix 0 dd --failures none --json
jq -e '.schema_version == 1 and (.cells | length) == 1 and .cells[0].verdict == "intact"' tap \
	>/dev/null || fail "no JSON: $(cat tap)"

# What only root can bring about is no cell of anybody else, and the reason is said.
matrix 0 dd --failures target-full
if [ "$(id -u)" = 0 ]; then
	tells "^dd +i  d$"
else
	tells "^dd +i  \\.$"
	tells "^1 is not run: the failure needs root$"
fi

# ---- interrupted, and gone on with ----

"$SNAPRIG" matrix --size 1MiB dd slow --failures 'read-error,source-vanishes' \
	--report json=m.json >tap 2>said &
run=$!
wait_until 30 test -e slow || fail "no second client was started: $(cat said)"
kill -TERM "$run"
e2e_status=0
wait "$run" || e2e_status=$?
same 143 "$e2e_status" "exit after SIGTERM"
nothing_left
before=$(jq -cS '[.cells[] | select(.client == "dd")]' m.json)
[ "$(echo "$before" | jq length)" = 3 ] || fail "the report is not whole: $(cat m.json)"
rm slow
matrix 0 dd slow --failures 'read-error,source-vanishes' --report json=m.json --resume m.json
same "$before" "$(jq -cS '[.cells[] | select(.client == "dd")]' m.json)" "cells that were run"
[ -e slow ] || fail "what was interrupted was not run again"
same 6 "$(jq '.cells | length' m.json)" "cells"
# Another seed is another check.
matrix 0 dd --failures none --seed 9 --report json=m.json --resume m.json
same 9 "$(jq '.cells[0].seed' m.json)" "seed of the cell"

# ---- mistakes ----

refused()
{
	wanted=$1 code=$2
	shift 2
	matrix "$code" "$@"
	grep -qE -e "$wanted" said || fail "does not say '$wanted': $(cat said)"
}

refused "unknown client 'ddd'.*dd" 2 ddd
refused "unknown failure 'read-eror' \\(did you mean 'read-error'\\?\\)" 2 dd --failures read-eror
refused "cannot read jobs '0'" 2 dd --jobs 0
refused "cannot read report 'pdf=x'" 2 dd --report pdf=x
refused "cannot read image 'fat=x'" 2 dd --image fat=x
refused "cannot write report 'no/m.json': No such file" 4 dd --report json=no/m.json
refused "cannot write report '/dev/full'" 4 dd --failures none --report json=/dev/full
refused "cannot write report 'tmp'" 4 dd --report json=tmp
refused "cannot resume from 'm.md': " 2 dd --resume m.md
refused "cannot resume from 'none'" 2 dd --resume none
