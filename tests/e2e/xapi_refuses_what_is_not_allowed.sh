#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Wrong passwords, sessions that have ended, refs of other classes, arguments of other kinds,
# paths and addresses that are none: each has its error, and the server serves on.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_xapi.sh"

cat >pool.yaml <<'END'
pool: demo
credentials: { user: root, password: secret }
srs: [ { name: local, type: ext, capacity: 1GiB } ]
vms: [ { name: web, disks: [ { name: system, sr: local, size: 8MiB } ] } ]
END
pool_serve pool.yaml

# fails CODE METHOD [ARGUMENT...] - with all of CODE, as [CODE, PARAMETER...].
fails()
{
	fails_with=$1
	shift
	same "$fails_with" "$(call "$@" | jq -c '[.message] + .data')" "$*"
}

vm=$(vm_of web)
vdi=$(leaf_of "$vm")
mine=$session

# ---- sessions ----
session=
fails '["SESSION_AUTHENTICATION_FAILED","root","Authentication failure"]' \
	session.login_with_password '"root"' '"Secret"'
fails '["SESSION_INVALID",""]' VM.get_all
fails '["SESSION_INVALID","OpaqueRef:1"]' VM.get_all '"OpaqueRef:1"'
other=$(call session.login_with_password '"root"' '"secret"' | text)
session=$other
[ "$(call VM.get_all | jq length)" = 1 ] || fail "a session of its own"
call session.logout >/dev/null
fails "[\"SESSION_INVALID\",\"$other\"]" VM.get_all
same 401 "$(curl -s -o answer -w '%{http_code}' \
	"$url/export_raw_vdi/?vdi=$vdi&format=vhd&session_id=$other")" "an export without a session"
session=$mine

# ---- refs, fields and arguments ----
fails "[\"HANDLE_INVALID\",\"VM\",\"$vdi\"]" VM.get_record "\"$vdi\""
fails '["HANDLE_INVALID","VM","OpaqueRef:NULL"]' VM.get_name_label '"OpaqueRef:NULL"'
fails '["HANDLE_INVALID","VM",""]' VM.get_name_label 7
fails "[\"UUID_INVALID\",\"VM\",\"$vm\"]" VM.get_by_uuid "\"$vm\""
fails '["MESSAGE_METHOD_UNKNOWN","VM.set_uuid"]' VM.set_uuid "\"$vm\"" '"x"'
fails '["MESSAGE_METHOD_UNKNOWN","VM.fly"]' Async.VM.fly
fails '["MESSAGE_METHOD_UNKNOWN","VM.get_record"]' Async.VM.get_record "\"$vm\""
fails '["MESSAGE_PARAMETER_COUNT_MISMATCH","VM.get_record","1","2"]' \
	VM.get_record "\"$vm\"" '"x"'
fails '["FIELD_TYPE_ERROR","name_label"]' VM.set_name_label "\"$vm\"" 7
fails '["FIELD_TYPE_ERROR","tags"]' VM.set_tags "\"$vm\"" '["a", 1]'
fails '["FIELD_TYPE_ERROR","text"]' Async.VM.snapshot "\"$vm\"" '{}'
call VM.add_to_other_config "\"$vm\"" '"a"' '"b"' >/dev/null
fails "[\"MAP_DUPLICATE_KEY\",\"VM\",\"other_config\",\"$vm\",\"a\"]" \
	VM.add_to_other_config "\"$vm\"" '"a"' '"c"'
call VM.remove_from_other_config "\"$vm\"" '"a"' >/dev/null
call VM.remove_from_other_config "\"$vm\"" '"a"' >/dev/null || fail "what is gone is removed again"
fails '["EVENT_FROM_TOKEN_PARSE_FAILURE","x"]' event.from '["vm"]' '"x"' 1
fails '["INVALID_VALUE","class","fish"]' event.inject '"fish"' '"x"'

# The name may have an underscore for its dot.
task=$(call task_create '"a"' '""' | text)
call task_set_status "\"$task\"" '"success"' >/dev/null
same '"success"' "$(call task_get_status "\"$task\"")" "the task"
fails '["INVALID_VALUE","status","fine"]' task.set_status "\"$task\"" '"fine"'
call task.destroy "\"$task\"" >/dev/null
fails "[\"HANDLE_INVALID\",\"task\",\"$task\"]" task.destroy "\"$task\""

# ---- paths ----
status_of()
{
	curl -s --path-as-is -o answer -w '%{http_code}' "$@" || true
}

echo secret >secret.txt
same 404 "$(status_of "$url/../../etc/passwd")" "a path upwards"
same 404 "$(status_of "$url/export_raw_vdi/../secret.txt?session_id=$session")" "another"
same 405 "$(status_of "$url/jsonrpc")" "a call by GET"
for name in ../../../secret.txt "$work/secret.txt" pool.json OpaqueRef:NULL %00 ''; do
	status=$(status_of "$url/export_raw_vdi/?session_id=$session&format=raw&vdi=$name")
	case $status in
	4?? | 5??) ;;
	*) fail "an export of '$name': $status" ;;
	esac
	! grep -q secret answer || fail "it gave a file away"
done

# ---- addresses ----
refused 2 "cannot listen on '${url#http://}': Address already in use" \
	rig xapi serve pool.yaml --state other --listen "${url#http://}"
for address in 127.0.0.1 127.0.0.1:x 127.0.0.1:99999 example.org:80 '[::1:80' :80 unix: ''; do
	refused 2 "is not an address to listen on|is empty" \
		rig xapi serve pool.yaml --state other --listen "$address"
done
refused 2 "is too long" rig xapi serve pool.yaml --state other --listen \
	"unix:/$(printf '%0200d' 0)"
head -c 10000007 /dev/zero >odd.img
for image in "odd.img: image 'odd.img' has 10000007 bytes, which is not a multiple of 512" \
	"none.img: no image 'none.img': No such file or directory"; do
	sed "s,size: [^ }]*,image: ${image%%:*}," pool.yaml >image.yaml
	refused 2 "^image.yaml:[0-9]+:[0-9]+: ${image#*: }" rig xapi serve image.yaml --state other
done
refused 2 "is not framed by 'tar'" rig xapi serve pool.yaml --state other --export-framing tar
refused 2 "'soon' is no time" rig xapi serve pool.yaml --state other --longest-event-wait soon
wait_until 10 [ -z "$(rigs_below "$work/other")" ] || fail "a rig of a refused server runs"

[ -n "$(vm_of web)" ] || fail "the server serves no more"
pool_end
grep -q "calls of unknown method 'VM.fly': 1" served.log ||
	fail "what was asked for is not counted"

# What can be reached from elsewhere is said.
pool_serve pool.yaml --listen 0.0.0.0:0
grep -q "can be reached from other machines, and is not encrypted" served.log ||
	fail "it does not say that it is open"
pool_end
