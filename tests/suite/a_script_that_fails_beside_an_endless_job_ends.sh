#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Who fails while a job of its own goes on for ever is told as a failure, not as hanging until
# the time for all tests is over.
. "${0%/*}/../lib/e2e.sh"

mkdir -p tests/suite
cat >tests/suite/fails_beside_a_job.sh <<END
. "$e2e_root/tests/lib/e2e.sh"
sh -c 'while :; do sleep 0.1; done' &
echo "job \$!"
fail "as it should"
END
status=0
E2E_JOB_SECONDS=1 SNAPRIG=$SNAPRIG timeout 60 sh tests/suite/fails_beside_a_job.sh >said 2>&1 ||
	status=$?
same 1 $status "exit of who fails beside a job"
grep -qx 'FAIL: as it should' said || fail "$(cat said)"
job=$(sed -n 's/^job //p' said)
! kill -0 "$job" 2>/dev/null || fail "its job goes on"
