#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# check runs a command that takes its own snapshot through a pool of XenServer's, which is served
# for it: what it must have saved is known, what it forgets is found, and a call that fails, an
# export that is cut and a task that fails strike it.
. "${0%/*}/../lib/e2e.sh"

requires jq curl

client=". $e2e_root/tests/lib/xapi_client.sh"

# checked EXIT VERDICT OPTION... -- COMMAND
checked()
{
	e2e_wanted=$1 e2e_verdict=$2 e2e_status=0
	shift 2
	rig check --gives xapi --size 16MiB --json "$@" >result.json || e2e_status=$?
	jq -c '[.verdict, .fired, .leaks, .why]' result.json
	same "$e2e_verdict" "$(jq -r .verdict result.json)" "verdict: $*"
	same "$e2e_wanted" "$e2e_status" "exit: $*"
}

checked 0 intact -- "$client; take {snapshot} && save && destroy"
checked 1 leaked -- "$client; take {snapshot} && take b && save"
careful="$client; take {snapshot} || exit
	save && told || { rm -f {out}; destroy; exit 1; }
	destroy"
checked 0 detected --fault 'xapi.call method=VM.snapshot reply=SR_BACKEND_FAILURE_44' -- "$careful"
checked 0 detected --fault 'xapi.export reply=cut offset=4MiB..' -- "$careful"
checked 0 detected --fault 'xapi.export reply=task-error' -- "$careful"
refused 2 "needs profile xen, not 'lvm'" rig check --gives xapi --profile lvm -- true
