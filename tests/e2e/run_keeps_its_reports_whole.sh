#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Where a run reports to is tried before anything is mounted, and what it has reported is whole
# when it is killed.  Two scenarios of one name are refused, at both places.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"
requires xmllint jq

steps='- backup: { of: s1, to: b1 }'
client good "cat {snapshot} >{out}" "cat {out} >{restored}"
client slow "echo begun >$work/begun; sleep 3" "cat {out} >{restored}"
for name in one two; do
	echo "$steps" | scenario "$name" good zeros
done
echo "$steps" | scenario slow slow zeros

# refused_before PATTERN OPTION... - nothing was run or mounted.
refused_before()
{
	e2e_text=$1
	shift
	refused 2 "$e2e_text" rig run one.yaml "$@"
	[ ! -s stdout ] || fail "something was run: run one.yaml $*"
	nothing_left
}

mkdir -p twins folder
cp one.yaml twins/copy.yaml
for command in validate run; do
	refused 2 "^one.yaml:1:7: scenario 'one' is also at twins/copy.yaml:1:7 " \
		rig "$command" one.yaml twins
	refused 2 "^twins/copy.yaml:1:7: scenario 'one' is also at one.yaml:1:7 " \
		rig "$command" one.yaml twins
	refused 2 "^one.yaml:1:7: scenario 'one' is given twice" rig "$command" one.yaml one.yaml
done
same 2 "$(rig validate --json one.yaml twins | jq '[.files[].errors[]] | length')" "mistakes"

refused_before "cannot write report 'folder': Is a directory" --report junit=folder
refused_before "cannot write report 'new/': Is a directory" --report tap=new/
refused_before "cannot write report 'one.yaml/x.xml': Not a directory" --report junit=one.yaml/x.xml
refused_before "cannot write report '/proc/x': No such file or directory" --report tap=/proc/x
refused_before "cannot write report '/dev/full': No space left on device" --report junit=/dev/full
refused_before "cannot write two reports to './x'" --report junit=x --report tap=./x
refused_before "cannot record in 'one.yaml': Not a directory" --record one.yaml
mkdir -p records/one.jsonl
refused_before "cannot write record 'records/one.jsonl': Is a directory" --record records

# Folders are made, a kind may be there twice, a link stays one, and pipes get it all.
ln -s behind.tap link.tap
ran 0 one.yaml --report junit=new/a/r.xml --report junit=b.xml --report tap=link.tap \
	--report junit=/dev/fd/2 --record new/records
cmp new/a/r.xml b.xml || fail "two reports of a kind differ"
cmp said b.xml || fail "the report to a pipe differs"
[ -L link.tap ] || fail "a symbolic link was replaced"
cmp tap behind.tap || fail "the report is not what was printed"
[ -s new/records/one.jsonl ] || fail "no record"
same "" "$(find . -name '*.part')" "what is left of writing"

# Killed while the second one runs: the first is told, and that it is not all.
"$SNAPRIG" run one.yaml slow.yaml --report junit=killed.xml --report tap=killed.tap >tap 2>said &
run=$!
wait_until 20 [ -e begun ] || fail "the slow client was not started"
kill -KILL "$run"
wait "$run" || true
xmllint --noout killed.xml || fail "no whole report of a run that was killed"
same "1 of 2 scenarios have not ended" \
	"$(xmllint --xpath 'string(//error[@type="incomplete"]/@message)' killed.xml)" "JUnit"
same "one snaprig" "$(xmllint --xpath '//testsuite/@name' killed.xml |
	sed 's/.*="\(.*\)"/\1/' | paste -sd' ')" "suites"
same "1..2 1" "$(grep '^1[.]' killed.tap) $(grep -c '^ok' killed.tap)" "TAP"
is_tidy()
{
	[ -z "$(ls -A "$TMPDIR")" ] && no_rig_runs
}
wait_until 20 is_tidy || fail "something outlives the run"
nothing_left
