#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The programs that read reports take ours: prove passes a run that passed and no other, the
# JSON is as its schema says, and GitHub's runner gets its commands.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_schema.sh"
. "$e2e_root/tests/lib/e2e_run.sh"
requires jq prove

client good "cat {snapshot} >{out}" "cat {out} >{restored}"
client bad "printf 'a | b\\n<b>' ; exit 1" "cat {out} >{restored}"
client absent "true" "true" "requires: [ no-such-tool ]"
steps='- backup: { of: s1, to: b1 }
- expect: { verdict: intact, exit: 7 }'
echo '- backup: { of: s1, to: b1 }' | scenario good good zeros
echo "$steps" | scenario bad,100% bad zeros
echo "$steps" | scenario absent absent zeros
mv bad,100%.yaml 'bad, 100%.yaml'
sed -i 's/^name: .*/name: bad/' 'bad, 100%.yaml'

export GITHUB_STEP_SUMMARY="$work/summary.md"
echo before >summary.md
ran 0 good.yaml absent.yaml --report tap13=good.tap --report tap=good14.tap --report json=good.json
ran 1 good.yaml 'bad, 100%.yaml' absent.yaml --report tap13 --report tap14=bad14.tap \
	--report json=bad.json --report github

same "TAP version 13" "$(head -n 1 tap)" "the version that was asked for"
sed 's/^TAP version 13/TAP version 14/' tap | cmp - bad14.tap || fail "the versions differ in more"
prove -e cat good.tap >proved 2>&1 || fail "prove does not pass what passed: $(cat proved)"
grep -q 'Result: PASS' proved || fail "prove: $(cat proved)"
! prove -e cat tap >proved 2>&1 || fail "prove passes what did not"
grep -q 'Failed test:  *2$' proved || fail "prove: $(cat proved)"

grep -q '^::error file=bad%2C 100%25.yaml,line=12,col=[0-9]*,title=bad::failed: expected' said ||
	fail "no annotation of what failed: $(cat said)"
grep -q '^::notice file=absent.yaml,title=absent::skipped: ' said || fail "no notice of a skip"
same 2 "$(grep -c '^::' said)" "annotations"
same "before" "$(head -n 1 summary.md)" "what others have written"
same "| failed | bad |" "$(sed -n '/^|---/{n;s/| bad .*/| bad |/p}' summary.md)" \
	"what comes first"
grep -q '^a | b$' summary.md || fail "no client's output in the summary"
grep -q '^&lt;b&gt;' summary.md || fail "a tag in the summary"
same 5 "$(grep -c '^|' summary.md)" "rows of the summary"
GITHUB_STEP_SUMMARY=$work refused 2 "cannot write report '$work': Is a dir" \
	rig run good.yaml --report github
unset GITHUB_STEP_SUMMARY

same "1 0 3" "$(jq -r '[.exit, .missing, (.scenarios | length)] | join(" ")' bad.json)" "JSON"
rig run good.yaml --json >printed.json
as_schema report good.json bad.json printed.json
