#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Each word of reply= at xapi.call and xapi.event is what the client meets: an error of the call or
# of its task, an answer that is none, a connection that is reset, a task that vanishes or never
# ends, events that are lost or never told.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_xapi.sh"

cat >pool.yaml <<'END'
pool: demo
credentials: { user: root, password: secret }
srs: [ { name: local, type: ext, capacity: 1GiB } ]
vms:
  - name: web
    disks:
      - { name: system, sr: local, size: 8MiB }
      - { name: data, sr: local, size: 8MiB }
END
pool_serve pool.yaml --longest-event-wait 50s --fault \
	'xapi.call method=VM.set_name_label reply=INTERNAL_ERROR times=1'
vm=$(vm_of web)
vdi=$(leaf_of "$vm")
sr=$(call VDI.get_SR "\"$vdi\"" | text)
system=$work/pool.yaml.snaprig/mnt/web.system
data=$work/pool.yaml.snaprig/mnt/web.data

# strikes MNT RULE - once.
strikes()
{
	rig fault add "$1" "$2 times=1" >/dev/null
}

# fails WANTED METHOD [ARGUMENT...] - the call itself.
fails()
{
	fails_with=$1
	shift
	same "$fails_with" "$(call "$@" | jq -c '[.message] + .data')" "$*"
}

# task_fails WANTED METHOD [ARGUMENT...] - its task.
task_fails()
{
	fails_with=$1
	shift
	task=$(call "$@" | text)
	same "$fails_with" "$(task_tells)" "the task of $*"
	call task.destroy "\"$task\"" >/dev/null
}

name_is_set()
{
	call VM.set_name_label "\"$vm\"" "\"$1\"" >/dev/null || fail "the call after the fault"
}

fails '["INTERNAL_ERROR","a fault"]' VM.set_name_label "\"$vm\"" '"x"'
name_is_set web

# ---- codes ----
strikes "$system" 'xapi.call method=VM.snapshot reply=SR_BACKEND_FAILURE_44'
task_fails '["failure","SR_BACKEND_FAILURE_44","","There is insufficient space",""]' \
	Async.VM.snapshot "\"$vm\"" '"s"'
# A rule of the second disk's is asked for, too.
strikes "$data" 'xapi.call method=VM.snapshot reply=SR_BACKEND_FAILURE_109'
fails '["SR_BACKEND_FAILURE_109","","The snapshot chain is too long",""]' \
	VM.snapshot "\"$vm\"" '"s"'
strikes "$system" 'xapi.call method=VM.snapshot reply=SR_OPERATION_NOT_SUPPORTED'
task_fails "[\"failure\",\"SR_OPERATION_NOT_SUPPORTED\",\"$sr\"]" \
	Async.VM.snapshot "\"$vm\"" '"s"'
strikes "$system" 'xapi.call method=VM.snapshot reply=LICENCE_RESTRICTION'
task_fails '["failure","LICENCE_RESTRICTION","PCI_device_for_auto_update"]' \
	Async.VM.snapshot "\"$vm\"" '"s"'
strikes "$system" 'xapi.call method=VDI.destroy reply=VDI_IN_USE'
task_fails "[\"failure\",\"VDI_IN_USE\",\"$vdi\",\"destroy\"]" Async.VDI.destroy "\"$vdi\""
# These are of the call, and not of its task.
strikes "$system" 'xapi.call method=VM.snapshot reply=TOO_MANY_PENDING_TASKS'
fails '["TOO_MANY_PENDING_TASKS"]' Async.VM.snapshot "\"$vm\"" '"s"'
strikes "$system" 'xapi.call method=VM.snapshot reply=SESSION_INVALID'
fails "[\"SESSION_INVALID\",\"$session\"]" Async.VM.snapshot "\"$vm\"" '"s"'
strikes "$system" 'xapi.call method=VM.get_record reply=HANDLE_INVALID'
fails "[\"HANDLE_INVALID\",\"VM\",\"$vm\"]" VM.get_record "\"$vm\""
strikes "$system" 'xapi.call method=VM.get_by_uuid reply=UUID_INVALID'
fails '["UUID_INVALID","VM","1"]' VM.get_by_uuid '"1"'
strikes "$data" 'xapi.call method=session.login_with_password reply=SESSION_AUTHENTICATION_FAILED'
mine=$session session=
fails '["SESSION_AUTHENTICATION_FAILED","root","Authentication failure"]' \
	session.login_with_password '"root"' '"secret"'
session=$mine

# ---- connections ----
# curl_code TEXT - what curl says when a call of that body is answered like this.
curl_code()
{
	curl_status=0
	curl -s -m 60 -o answer -w '%{http_code}' "$url/jsonrpc" -d \
		"{\"method\":\"VM.set_name_label\",\"params\":[\"$session\",\"$vm\",\"$1\"]}" \
		>code 2>&1 || curl_status=$?
	echo "$curl_status $(cat code)"
}

name()
{
	call VM.get_name_label "\"$vm\"" | text
}

point='xapi.call method=VM.set_name_label'
strikes "$system" "$point reply=status-500"
same "0 500" "$(curl_code a)" "a status"
strikes "$system" "$point reply=reset"
same "56 000" "$(curl_code b)" "a reset"
strikes "$system" "$point reply=garbage"
case $(curl_code c) in
"1 000" | "8 000") ;;
*) fail "garbage: $(curl_code c)" ;;
esac
same web "$(name)" "the name, which nobody has set"
strikes "$system" "$point reply=reset-after"
same "56 000" "$(curl_code late)" "a reset behind it"
same late "$(name)" "the name, which was set"
strikes "$system" "$point delay=1s"
begun=$(date +%s%N)
same "0 200" "$(curl_code slow)" "a delay"
[ $(($(date +%s%N) - begun)) -ge 1000000000 ] || fail "it was answered at once"
same slow "$(name)" "the name behind a delay"

# hangs NAME - who sets it is not answered, and leaves.
hangs()
{
	rig fault add "$system" "$point hang times=1" >/dev/null
	curl -s -m 60 "$url/jsonrpc" -o answer -d \
		"{\"method\":\"VM.set_name_label\",\"params\":[\"$session\",\"$vm\",\"$1\"]}" &
	caller=$!
	wait_until 60 has_struck || fail "nothing hangs"
	sleep 0.2
	kill "$caller" || fail "a call that hangs was answered"
	wait "$caller" || :
}
has_struck()
{
	rig fault list "$system" --json | jq -e '.faults[-1].fired == 1' >/dev/null
}
hangs hung
same slow "$(name)" "the name, while the call hangs"
rig fault release "$system" >/dev/null
is_hung()
{
	[ "$(name)" = hung ]
}
wait_until 20 is_hung || fail "the call is not performed when it is let go"

# ---- tasks ----
strikes "$system" 'xapi.call method=VM.snapshot reply=vanish'
task=$(call Async.VM.snapshot "\"$vm\"" '"s"' | text)
has_vanished()
{
	call task.get_status "\"$task\"" | grep -q HANDLE_INVALID
}
wait_until 10 has_vanished || fail "the task has not vanished"
strikes "$system" 'xapi.call method=VM.snapshot reply=pending'
task=$(call Async.VM.snapshot "\"$vm\"" '"s"' | text)
sleep 0.5
same '"pending"' "$(call task.get_status "\"$task\"")" "the task"
call task.destroy "\"$task\"" >/dev/null
same 1 "$(call VM.get_all | jq length)" "machines and snapshots: none was taken"

# ---- events ----
token=$(call event.from '["vm"]' '""' 1 | jq .token)
strikes "$data" 'xapi.event reply=EVENTS_LOST'
same 0 "$(call event.from '["vm"]' "$token" 0 | jq '.events | length')" "nothing to be struck"
name_is_set lost
fails '["EVENTS_LOST"]' event.from '["vm"]' "$token" 1
token=$(call event.from '["vm"]' "$token" 1 | jq .token)
strikes "$system" 'xapi.event drop'
call event.from '["vm"]' "$token" 5 >events &
waiter=$!
sleep 0.5
name_is_set unheard
wait "$waiter"
same 0 "$(jq '.events | length' events)" "events that are dropped"
token=$(jq .token events)
same 0 "$(call event.from '["vm"]' "$token" 0 | jq '.events | length')" "and are never told"
same unheard "$(name)" "the name before"
begun=$(date +%s)
(sleep 0.5 && name_is_set heard) &
same heard "$(call event.from '["vm"]' "$token" 50 | jq -r '.events[0].snapshot.name_label')" \
	"an event"
wait $! || fail "the change"
[ $(($(date +%s) - begun)) -lt 45 ] ||
	fail "the event came with the end of the wait"
same '{"events":[],"valid":true}' "$(call event.from '["task"]' "$token" 0 |
	jq -c '{events, valid: (.valid_ref_counts.task == 0)}')" "nothing of other classes"

strikes "$system" 'xapi.event reply=reset'
call event.from '["vm"]' '""' 1 >said 2>&1 || :
grep -q "reset by peer" said || fail "an answer in place of a reset: $(cat said)"

# A server that is told to end does not wait for what hangs.
hangs again
rig fault add "$system" "xapi.event hang" >/dev/null
call event.from '["vm"]' '""' 1 >said 2>&1 &
sleep 0.5
kill "$pool_pid"
wait_until 60 is_dead "$pool_pid" || fail "a call that hangs holds the server"
pool_end
