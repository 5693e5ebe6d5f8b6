#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A run on a disk that is full says so, scenario by scenario: those that there is room for are
# run, the reports are whole, and the exit code is that of a machine that failed.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"
requires_root
requires xmllint jq

client good "cat {snapshot} >{out}" "cat {out} >{restored}"
for name in first second third; do
	scenario "$name" good random <<-END
		- backup: { of: s1, to: b1 }
		- expect: { verdict: intact }
	END
	sed -i 's/size: 32MiB/size: 2MiB/' "$name.yaml"
done
sed -i 's/size: 2MiB/size: 64MiB/' second.yaml

# ---- where the scenarios work ----

mkdir small reports
mount -t tmpfs -o size=20m full small
TMPDIR=$work/small/tmp
mkdir "$TMPDIR"
ran 4 first.yaml second.yaml third.yaml --report junit=r.xml --report json=r.json --report tap=r.tap
xmllint --noout r.xml || fail "no whole report"
cmp tap r.tap || fail "the report is not what was printed"
same "passed error passed" "$(jq -r '[.scenarios[].outcome] | join(" ")' r.json)" "outcomes"
jq -r '.scenarios[1].message' r.json | grep -q 'No space left on device$' || fail "no reason"
TMPDIR=$work/tmp

# ---- where the reports go: the last one that there was room for stays, and is whole ----

mount -t tmpfs -o size=16k full reports
ran 4 first.yaml third.yaml --report json=reports/r.json --report junit=reports/r.xml
grep -q "^snaprig: cannot write report 'reports/r.*': No space left on device$" said ||
	fail "nobody is told: $(cat said)"
jq -e '.schema_version == 1' reports/r.json >/dev/null || fail "no whole JSON"
xmllint --noout reports/r.xml || fail "no whole XML"
same 2 "$(grep -c '^ok' tap)" "scenarios that were run"
same "r.json r.xml" "$(ls -A reports | paste -sd' ')" "what is left of writing"
