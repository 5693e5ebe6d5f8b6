#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# check runs a command that takes its own snapshot through a pool of XenServer's, which is served
# for it: what it must have saved is known, what it forgets is found, and a call that fails, an
# export that is cut and a task that fails strike it.
. "${0%/*}/../lib/e2e.sh"

requires jq curl

# A client of a few lines: `take` makes $snap and $vdi of it, `save` makes {out}, `destroy` removes.
cat >client.sh <<'END'
call()
{
	method=$1
	shift
	answer=$(jq -nc --arg method "$method" \
		'{ jsonrpc: "2.0", method: $method, params: $ARGS.positional, id: 0 }' --args "$@" |
		curl -sS --fail -H 'Content-Type: application/json' -d @- \
			"$SNAPRIG_XAPI/jsonrpc") || return
	echo "$answer" | jq -r '.error // empty | "\(.message)(\(.data | join(", ")))"' >&2
	echo "$answer" | jq -er 'if .error then false
		else .result | if type == "array" then .[0] else . end end'
}
session=$(call session.login_with_password root secret) || exit
take()
{
	vm=$(call VM.get_by_name_label "$session" "$SNAPRIG_VM") &&
		snap=$(call VM.snapshot "$session" "$vm" "$1") &&
		vbd=$(call VM.get_VBDs "$session" "$snap") &&
		vdi=$(call VBD.get_VDI "$session" "$vbd")
}
save()
{
	task=$(call task.create "$session" export "") &&
		curl -sS --fail -G "$SNAPRIG_XAPI/export_raw_vdi/" -d format=raw \
			--data-urlencode "session_id=$session" --data-urlencode "vdi=$vdi" \
			--data-urlencode "task_id=$task" -o "$SNAPRIG_OUT"
}
told()
{
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		status=$(call task.get_status "$session" "$task")
		[ "$status" != pending ] || sleep 0.2
	done
	[ "$status" = success ]
}
destroy()
{
	call VM.destroy "$session" "$snap" >/dev/null &&
		call VDI.destroy "$session" "$vdi" >/dev/null
}
END
client=". $work/client.sh"

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
checked 1 leaked -- "$client; take {snapshot} && take {snapshot} && save"
careful="$client; take {snapshot} || exit
	save && told || { rm -f {out}; destroy; exit 1; }
	destroy"
checked 0 detected --fault 'xapi.call method=VM.snapshot reply=SR_BACKEND_FAILURE_44' -- "$careful"
checked 0 detected --fault 'xapi.export reply=cut offset=4MiB..' -- "$careful"
checked 0 detected --fault 'xapi.export reply=task-error' -- "$careful"
refused 2 "is of profile xen, and not of 'lvm'" rig check --gives xapi --profile lvm -- true
