#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What a CI asks of a run: its share of the scenarios, several at a time, those that fail once
# more, no more after the first that fails; and one report of all its machines.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"
requires jq xmllint

# ---- which: nothing is mounted for that ----

catalog=$e2e_root/scenarios/catalog
rig run "$catalog" --list >all
[ "$(wc -l <all)" -ge 19 ] || fail "the catalog has few scenarios"
for i in 1 2 3 4; do
	rig run "$catalog" --shard "$i/4" --list >"shard.$i"
	[ -s "shard.$i" ] || fail "shard $i of 4 is empty"
done
sort all >sorted
sort shard.1 shard.2 shard.3 shard.4 | cmp - sorted || fail "the shards are not the list"

# Stable by the name: it does not matter what else is there.
rig run "$catalog" --filter 'vss-*' --list >some
grep '^vss-' all | cmp - some || fail "the filter is not the list's names"
grep '^vss-' shard.2 >part
rig run "$catalog" --filter 'vss-*' --shard 2/4 --list | cmp - part ||
	fail "a name is in another shard when others are not there"
rig run "$catalog" --filter 'vss-*' --filter '*-dd' --list | cut -c1-4 | sort -u >kinds
[ "$(wc -l <kinds)" -ge 2 ] || fail "two filters are less than one"
same "$(head -n 1 all)" "$(rig run "$catalog" --list --json | jq -r '.scenarios[0].name')" "JSON"
for wrong in 9/4 0/4 1/0 1 /4 x/4 1/4/2 -1/4; do
	refused 2 "cannot use shard '$wrong'" rig run "$catalog" --shard "$wrong"
done
refused 2 "no scenario has a name that matches 'no-such'" rig run "$catalog" --filter no-such
refused 2 "cannot use jobs '0'" rig run "$catalog" --jobs 0
refused 2 "cannot use retries 'x'" rig run "$catalog" --retries x

# ---- how ----

client good "cat {snapshot} >{out}" "cat {out} >{restored}"
client bad "exit 1" "cat {out} >{restored}"
# Fails at its first run, and notes in its work folder what the rig does not know.
client flaky "[ -e $work/ran ] || { touch $work/ran; echo the first time; exit 1; }
  cat {snapshot} >{out}" "cat {out} >{restored}"
client slow "touch $work/begun.\$\$; sleep 20" "cat {out} >{restored}"
steps='- backup: { of: s1, to: b1 }
- expect: { verdict: intact }'
for name in bad flaky good slow; do
	mkdir "$name"
	echo "$steps" | scenario "$name/1" "$name" zeros
	sed -i "s/^name: .*/name: $name-1/; s/^profile: .*/profile: plain/" "$name/1.yaml"
	sed 's/-1$/-2/' "$name/1.yaml" >"$name/2.yaml"
done

# Named in each report; the exit code is of what it was at the end.
ran 0 flaky --jobs 1 --retries 2 --artifacts kept --report junit=f.xml --report jenkins=fs.xml \
	--report json=f.json --report html=f.html --report github
tells '^ok 1 - flaky-1$'
tells '^# flaky: flaky-1 passed in run 2'
! grep -B 1 '^  ---$' tap | grep -q '^#' || fail "a comment parts a point and its diagnostics"
grep -q '^::warning file=flaky/1.yaml,title=flaky-1::flaky: failed: ' said || fail "no warning"
grep -q '^snaprig: flaky-1: flaky: passed in run 2' said || fail "nobody is told: $(cat said)"
same "2 1" "$(jq -r '[.scenarios[].runs] | join(" ")' f.json)" "runs"
same "failed: expected" "$(jq -r '.scenarios[0].flaky' f.json | cut -c1-16)" "JSON"
xmllint --noout --schema "$e2e_fixtures/reports/junit-strict.xsd" fs.xml || fail "not strict"
xmllint --xpath 'string(//flakyFailure)' f.xml | grep -q '^the first time$' || fail "no evidence"
grep -q 'flaky: it passed in run 2' f.html || fail "no word of it on the page"
grep -q 'class="timeline"' f.html || fail "no timeline on the page"
[ -s kept/flaky-1/b1.backup.log ] || fail "no artifacts of the run that failed"

# In order, though they run at a time; the first that fails is the last, but for those that run.
ran 1 good bad --jobs 4 --report json=j.json --retries 1
same "1 2 3 4" "$(sed -n 's/^\(not \)*ok \([0-9]*\) .*/\2/p' tap | paste -sd' ')" "order"
same "passed 1 passed 1 failed 2 failed 2" \
	"$(jq -r '[.scenarios[] | .outcome, .runs] | join(" ")' j.json)" "outcomes and runs"
ran 1 bad good --fail-fast --report junit=ff.xml
tells "^ok 2 - bad-2 # SKIP not run: 'bad-1' did not pass"
same "1 3" "$(xmllint --xpath 'string(//testsuites/@failures)' ff.xml) \
$(xmllint --xpath 'string(//testsuites/@skipped)' ff.xml)" "failed and skipped"

# A signal ends those that run, and they are told.
"$SNAPRIG" run slow good --jobs 2 --report json=i.json >tap 2>said &
run=$!
both_begun()
{
	[ "$(find . -name 'begun.*' | wc -l)" -ge 2 ]
}
wait_until 20 both_begun || fail "the slow clients were not started"
kill -TERM "$run"
e2e_status=0
wait "$run" || e2e_status=$?
same 143 "$e2e_status" "exit after SIGTERM"
same "error interrupted error interrupted" \
	"$(jq -r '[.scenarios[] | .outcome, .message] | join(" ")' i.json)" "what it struck"
same 2 "$(jq .missing i.json)" "what was not begun"
nothing_left

# ---- and one report of all ----

rig run good --report json=1.json >/dev/null
rig report merge 1.json f.json --report junit=m.xml --json >m.json || fail "exit $? of merge"
jq -s '.[0].scenarios + .[1].scenarios' 1.json f.json >wanted
jq .scenarios m.json | cmp - wanted || fail "merging changes results"
# The page of it is as whole as that of one run.
rig report merge 1.json f.json --report html=m.html >/dev/null || fail "exit $? of merge"
same 4 "$(grep -c 'class="timeline"' m.html)" "timelines on the page of a merged report"
same 1 "$(jq '.environments | length' m.json)" "machines of a merged report"
e2e_status=0
rig report merge 1.json j.json >/dev/null 2>said || e2e_status=$?
same 2 "$e2e_status" "exit for one scenario in two reports"
grep -q "scenario 'good-1' is in '1.json' and in 'j.json'" said || fail "does not say where"
e2e_status=0
rig report merge j.json >merged || e2e_status=$?
same 1 "$e2e_status" "exit of a merge of what failed"
refused 4 "2 of 4 scenarios have not ended" rig report merge i.json
echo '{' >broken.json
refused 2 "cannot read report 'broken.json': line" rig report merge broken.json
refused 2 "cannot read report 'none.json': unable to open" rig report merge none.json
refused 2 "cannot read report 'f.xml': line 1" rig report merge f.xml
echo '{ "schema_version": 1, "missing": 0, "scenarios": [ { "name": 7 } ] }' >wrong.json
refused 2 "a scenario in it cannot be read" rig report merge 1.json wrong.json
