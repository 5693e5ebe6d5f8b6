#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Where work folders cannot be made, each command says so and names the way out, a table of
# checks too; so does doctor.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_messages.sh"

rig create volume.img --size 1MiB
export TMPDIR="$work/missing"
out="cannot make a work folder in '.*/missing': No such file or directory .--work FOLDER or TMPDIR"
messages <<'END'
4 | cannot make a folder in '.*/missing': No such file .* .set TMPDIR to | mount volume.img -- true
END

# tells STATUS COMMAND... - the reason stands in what it prints, once.
tells()
{
	e2e_expected=$1
	shift
	e2e_status=0
	"$SNAPRIG" "$@" >said 2>&1 || e2e_status=$?
	same "$e2e_expected" "$e2e_status" "exit of $*"
	same 1 "$(grep -cE "$out" said)" "reasons of $*"
}
tells 4 check -- true
tells 4 compare -- true -- false
tells 4 sweep --failure read-error -- true
tells 4 run actiphy-cow-overflow-dd
tells 4 demo
grep -qE '^[0-9]+ checks: error: cannot make' said || fail "$(cat said)"
tells 4 matrix dd --failures none
grep -q '^dd, no failure: error: cannot make' said || fail "$(cat said)"
e2e_status=0
"$SNAPRIG" check --failure all -- true >rows 2>said || e2e_status=$?
same 4 "$e2e_status" "exit of check --failure all"
grep -qE "^snaprig: read-error \(plain\): error: $out" said || fail "$(cat said)"
"$SNAPRIG" doctor >said || :
grep -qE "^missing *work folders: none can be made in '.*/missing'.*set TMPDIR" said ||
	fail "$(grep work said)"

mkdir missing
"$SNAPRIG" doctor >said || :
grep -qE "^(ok|limited) *work folders: " said || fail "$(grep work said)"
same 0 "$(find missing -mindepth 1 | wc -l)" "files that doctor leaves"
no_message_was_wrong
