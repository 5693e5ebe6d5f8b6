# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# e2e_xapi.sh - serves a pool, and a client of it made of curl and jq; sourced after e2e.sh.

requires curl jq

# pool_serve POOL.yaml [OPTION...] - serves it until the test ends: $url, and $nbd with --nbd.
pool_serve()
{
	# The output of an earlier server must not be taken for its own.
	rm -f served
	# Not in a function: the process to end would be the function's shell.
	"$SNAPRIG" xapi serve "$@" >served 2>served.log </dev/null &
	pool_pid=$!
	on_exit "pool_end"
	wait_until 60 grep -q '^listening on' served || fail "not served: $(cat served.log)"
	url=$(sed -n 's/^listening on //p' served)
	nbd=$(sed -n 's|^nbd on nbd://||p' served)
	session=
	session=$(call session.login_with_password '"root"' '"secret"' | text)
}

pool_end()
{
	[ -n "$pool_pid" ] || return 0
	kill "$pool_pid" 2>/dev/null || true
	wait "$pool_pid" || true
	pool_pid=
}

# pool_stops STATE WHAT - ends the server orderly; it leaves nothing.
pool_stops()
{
	kill -TERM "$pool_pid"
	wait_until 60 is_dead "$pool_pid" || fail "$2: the server does not end"
	stops_code=0
	wait "$pool_pid" || stops_code=$?
	pool_pid=
	same 0 "$stops_code" "the exit code, $2"
	[ -z "$(mounts_below "$1")" ] || fail "$2: left mounted: $(mounts_below "$1")"
	wait_until 10 no_rig_runs || fail "$2: a rig is left"
	! grep -q 'panic\|Sanitizer\|failed at' served.log || fail "$2: $(cat served.log)"
}

# call METHOD [ARGUMENT...] - arguments are JSON values; the session is inserted before them.
# Prints the result; or the error, and fails.
call()
{
	call_method=$1
	shift
	call_arguments=${session:+\"$session\"}
	for call_argument; do
		call_arguments=${call_arguments:+$call_arguments,}$call_argument
	done
	call_answer=$(curl -sS -m 60 "$url/jsonrpc" -d \
		"{\"jsonrpc\":\"2.0\",\"method\":\"$call_method\",\"params\":[$call_arguments],\"id\":0}")
	# The result is the last member of the object, without spaces.  A jq for each call took most
	# of the CPU time of these scripts.
	case $call_answer in
	'{"jsonrpc":"2.0","id":0,"error":'*'}') call_status=1 call_told=${call_answer#*'"error":'} ;;
	'{"jsonrpc":"2.0","id":0,"result":'*'}') call_status=0 call_told=${call_answer#*'"result":'} ;;
	*)
		printf 'no answer to %s: %s\n' "$call_method" "$call_answer"
		return 1
		;;
	esac
	printf '%s\n' "${call_told%\}}"
	return $call_status
}

# text - removes the JSON quotes from the input, one word.
text()
{
	read -r text_quoted
	text_quoted=${text_quoted#\"}
	printf '%s\n' "${text_quoted%\"}"
}

# vm_of NAME - its ref.
vm_of()
{
	call VM.get_all_records | jq -r --arg name "$1" 'to_entries[] |
		select(.value.name_label == $name and (.value.is_a_snapshot | not)) | .key'
}

# leaf_of VM - the ref of its first disk.
leaf_of()
{
	leaf_vbd=$(call VM.get_VBDs "\"$1\"" | sed 's/^\["//; s/".*//')
	call VBD.get_VDI "\"$leaf_vbd\"" | text
}

# snapshot_of VM NAME - the ref of the snapshot of its first disk.
snapshot_of()
{
	snapshot_vm=$(call VM.snapshot "\"$1\"" "\"$2\"" | text)
	leaf_of "$snapshot_vm"
}

uuid_of()
{
	call VDI.get_uuid "\"$1\"" | text
}

# transfer_task - makes a new task, $task, like a client.
transfer_task()
{
	task=$(call task.create '"transfer"' '""' | text)
}

# task_tells - prints how it ended: its status, and its error.
task_tells()
{
	wait_until 30 task_has_ended || fail "the task is pending still"
	task_told=$(call task.get_error_info "\"$task\"" | sed 's/^\[/,/; s/^,\]$/]/')
	printf '[%s%s\n' "$(call task.get_status "\"$task\"")" "$task_told"
}

task_has_ended()
{
	[ "$(call task.get_status "\"$task\"")" != '"pending"' ]
}

# export_url VDI [QUERY] - with the task.
export_url()
{
	printf '%s\n' "$url/export_raw_vdi/?vdi=$1&session_id=$session&task_id=$task${2-&format=vhd}"
}

# import_url VDI [FORMAT] - with the task.
import_url()
{
	printf '%s\n' \
		"$url/import_raw_vdi?vdi=$1&session_id=$session&task_id=$task&format=${2:-vhd}"
}

# export_vdi FILE VDI [QUERY] - with a task; $exported is curl's exit code.
export_vdi()
{
	transfer_task
	exported=0
	export_file=$1
	shift
	curl -sS -m 60 -D head -o "$export_file" "$(export_url "$@")" 2>curl.log || exported=$?
}

# import_vdi FILE VDI [FORMAT] - with a task; $imported is the HTTP status, or curl's message.
import_vdi()
{
	transfer_task
	import_file=$1
	shift
	imported=$(curl -sS -m 60 -o answer -w '%{http_code}' -H Expect: -T "$import_file" \
		"$(import_url "$@")" 2>curl.log) || imported="curl $?"
}

# dies_when EVENT COMMAND... - a client that is killed as soon as EVENT, a function, succeeds.
dies_when()
{
	dies_event=$1
	shift
	"$@" >/dev/null 2>curl.log &
	dies_client=$!
	wait_until 60 "$dies_event" || fail "there is no $dies_event: $(cat curl.log)"
	kill -9 "$dies_client"
	wait "$dies_client" 2>/dev/null || true
}

# has_struck - the latest rule at $mnt has fired.
has_struck()
{
	[ "$(rig fault list "$mnt" --json | jq '.faults[-1].fired')" -gt 0 ]
}
