#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The schema by which the xUnit plugin of Jenkins takes or refuses a JUnit report takes what
# `jenkins=` writes of every outcome.  It is not ours to keep: JUNIT_XSD names a copy
# (src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd of
# jenkinsci/xunit-plugin), else it is asked for at its home.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"
requires xmllint

home=https://raw.githubusercontent.com/jenkinsci/xunit-plugin/master
home=$home/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
if [ -n "${JUNIT_XSD:-}" ]; then
	cp "$JUNIT_XSD" junit-10.xsd
else
	requires curl
	curl -sSfL -m 20 -o junit-10.xsd "$home" || skip "the schema of Jenkins cannot be had"
fi
grep -q 'name="flakyFailure"' junit-10.xsd || fail "this is no schema of Jenkins"

every_outcome
ran 1 good.yaml hostile.yaml absent.yaml flaky.yaml idle.yaml --retries 1 \
	--report jenkins=strict.xml --report junit=r.xml --report json=r.json
ran 0 good.yaml --report jenkins=one.xml
rig report merge r.json --report jenkins=merged.xml >/dev/null || true
for file in strict.xml one.xml merged.xml; do
	xmllint --noout --schema junit-10.xsd "$file" || fail "Jenkins refuses $file"
done
same "1 1 1 1" "$(for kind in failure error skipped flakyFailure; do
	xmllint --xpath "count(//$kind)" strict.xml && echo
done | grep . | paste -sd' ')" "outcomes"
# That one is for those who know more: it is why there are two.
! xmllint --noout --schema junit-10.xsd r.xml 2>/dev/null || fail "the schema takes anything"
