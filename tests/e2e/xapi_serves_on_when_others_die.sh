#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A rig that is killed under the server fails what needs it, and nothing else; a client that dies
# in its export fails its task; a server that is killed leaves no rig, and the next one goes on
# with what was answered.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_xapi.sh"

random_bytes "$SEED" $((64 * 1024 * 1024)) >web.img
cat >pool.yaml <<'END'
pool: demo
credentials: { user: root, password: secret }
srs: [ { name: local, type: ext, capacity: 4GiB } ]
vms:
  - name: web
    disks: [ { name: system, sr: local, image: web.img } ]
  - name: other
    disks: [ { name: system, sr: local, size: 8MiB } ]
END
pool_serve pool.yaml --longest-event-wait 2s
web=$(vm_of web)
other=$(vm_of other)

# ---- a client that dies ----
disk=$(snapshot_of "$web" first)
has_part() { [ -s part ]; }
transfer_task
dies_when has_part curl -sS --limit-rate 1M -o part "$(export_url "$disk")"
task_tells >told
case $(cat told) in
'["failure",'*) ;;
*) fail "the task of a client that has died: $(cat told)" ;;
esac

# ---- a server that is killed ----
call VM.set_name_label "\"$web\"" '"changed"' >/dev/null
call VM.add_to_other_config "\"$web\"" '"a"' '"b"' >/dev/null
call VM.get_all_records | jq -S . >before
kill -9 "$pool_pid"
wait "$pool_pid" 2>/dev/null || true
pool_pid=
wait_until 30 no_rig_runs || fail "a rig runs on without its server"
pool_serve pool.yaml --longest-event-wait 2s
call VM.get_all_records | jq -S . >after
cmp before after || fail "what was answered is not there: $(diff before after)"
export_vdi whole.vhd "$disk"
same '["success"]' "$(task_tells)" "an export of the snapshot of before"
rig xapi flatten whole.vhd whole.raw
cmp whole.raw web.img || fail "it is not the disk"

# ---- a rig that is killed ----
pid=$(rig_pid "$work/pool.yaml.snaprig/mnt/other.system")
kill -9 "$pid"
wait_until 10 is_dead "$pid" || fail "the rig does not die"
! call VM.snapshot "\"$other\"" '"second"' >said || fail "a snapshot by a rig that is dead"
jq -e .message said >/dev/null || fail "no error: $(cat said)"
[ "$(call VM.get_all | jq length)" = 3 ] || fail "the records are not as before"
call VM.snapshot "\"$web\"" '"third"' >/dev/null || fail "another VM cannot be snapshotted"

# ---- a client that does not read ----
rm -f part
curl -sS -m 600 --limit-rate 1k -o part \
	"$url/export_raw_vdi/?vdi=$disk&session_id=$session&format=vhd" 2>/dev/null &
reader=$!
on_exit "kill $reader 2>/dev/null"
wait_until 30 has_part || fail "nothing of the export comes"
begun=$(date +%s)
pool_end
[ $(($(date +%s) - begun)) -lt 30 ] || fail "a slow reader holds the server up"
wait_until 10 no_rig_runs || fail "a rig is left"
