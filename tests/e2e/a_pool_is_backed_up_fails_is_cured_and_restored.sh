#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# snaprig xapi demo: a client backs a pool up, in full and by deltas; a full SR stops it and is
# named; after the cure it goes on, and what it has saved is what the disks held.
. "${0%/*}/../lib/e2e.sh"

mkdir tmp
e2e_status=0
TMPDIR=$work/tmp rig xapi demo >out 2>err || e2e_status=$?
cat out err
[ "$e2e_status" != 77 ] || skip "$(cat err)"
same 0 "$e2e_status" "exit"
same 3 "$(grep -c 'both disks are right' out)" "runs that are restored right"
grep -q '^3 .*failed.*SR_BACKEND_FAILURE_44' out || fail "the full SR is not named"
same "" "$(ls -A tmp)" "what it left"
