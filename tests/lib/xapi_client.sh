# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# xapi_client.sh - a minimal client of XAPI for the commands of `snaprig check --gives xapi`: take
# NAME, save [FORMAT], told, destroy.  It needs curl and jq.
#
# shellcheck disable=SC2154 # SNAPRIG_XAPI and the like are of whoever runs it

call()
{
	method=$1
	shift
	parameters=
	for argument; do
		parameters=$parameters${parameters:+,}\"$argument\"
	done
	answer=$(curl -sS --fail -H 'Content-Type: application/json' "$SNAPRIG_XAPI/jsonrpc" -d \
		"{\"jsonrpc\":\"2.0\",\"method\":\"$method\",\"params\":[$parameters],\"id\":0}") || return
	case $answer in
	*'"error"'*)
		echo "$answer" | jq -r '.error | "\(.message)(\(.data | join(", ")))"' >&2
		return 1
		;;
	esac
	# A ref, or the first of a list of refs.
	answer=${answer#*'"result":'} answer=${answer%\}} answer=${answer#[}
	answer=${answer%%,*} answer=${answer%]} answer=${answer#\"}
	echo "${answer%\"}"
}
session=$(call session.login_with_password root secret) || exit
take()
{
	vm=$(call VM.get_by_name_label "$session" "$SNAPRIG_VM") &&
		task=$(call Async.VM.snapshot "$session" "$vm" "$1") && told &&
		snap=$(call task.get_result "$session" "$task" | sed 's/<[^>]*>//g') &&
		vbd=$(call VM.get_VBDs "$session" "$snap") &&
		vdi=$(call VBD.get_VDI "$session" "$vbd")
}
# save [FORMAT] - to {out}, as raw or vhd.
save()
{
	task=$(call task.create "$session" export "") &&
		curl -sS --fail --max-time 20 -G "$SNAPRIG_XAPI/export_raw_vdi/" -d "format=${1:-raw}" \
			--data-urlencode "session_id=$session" --data-urlencode "vdi=$vdi" \
			--data-urlencode "task_id=$task" -o "$SNAPRIG_OUT"
}
# told - waits for $task; true if it has succeeded.
told()
{
	for _ in $(seq 300); do
		status=$(call task.get_status "$session" "$task") || return
		[ "$status" = pending ] || break
		sleep 0.2
	done
	[ "$status" = success ] || call task.get_error_info "$session" "$task" >&2
	[ "$status" = success ]
}

destroy()
{
	call VM.destroy "$session" "$snap" >/dev/null &&
		call VDI.destroy "$session" "$vdi" >/dev/null
}
