#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A server that is told to stop comes to its end, whatever hangs in it: a rig that stands still,
# a read that never ends, a long copy, a call that a fault holds, whoever waits for events, and
# clients that go on asking.  What it has mounted is unmounted, what somebody else has stays.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_xapi.sh"

requires python3
random_bytes "$SEED" $((16 * 1024 * 1024)) >web.img
cat >pool.yaml <<'END_OF_POOL'
pool: demo
credentials: { user: root, password: secret }
srs: [ { name: local, type: ext, capacity: 1GiB } ]
vms:
  - name: web
    disks: [ { name: system, sr: local, image: web.img } ]
  - name: other
    disks: [ { name: system, sr: local, size: 8MiB } ]
END_OF_POOL
state=$work/pool.yaml.snaprig
web_mnt=$state/mnt/web.system

# ---- clients that ask, and one that waits for events ----
pool_serve pool.yaml --longest-event-wait 600s
cat >ask.py <<'END_OF_CLIENT'
import json, socket, sys, threading

port, session = int(sys.argv[1].rsplit(":", 1)[1]), sys.argv[2]


def request(method, *params):
    body = json.dumps({"id": 1, "method": method, "params": [session, *params]}).encode()
    return b"POST /jsonrpc HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def ask(data):
    client = socket.create_connection(("127.0.0.1", port), timeout=600)
    try:
        while True:
            client.sendall(data)
            if not client.recv(65536):
                return
    except ConnectionError:
        return


def wait():
    client = socket.create_connection(("127.0.0.1", port), timeout=600)
    client.sendall(request("event.from", ["task"], "", 0))
    token = json.loads(client.recv(65536).split(b"\r\n\r\n")[1])["result"]["token"]
    client.sendall(request("event.from", ["task"], token, 600))
    # The server has taken it up when it answers who has asked later.
    other = socket.create_connection(("127.0.0.1", port), timeout=600)
    other.sendall(request("VM.get_all"))
    assert b" 200 OK" in other.recv(65536)
    print("waits", flush=True)
    said = client.recv(65536)
    assert b" 200 OK" in said and b"valid_ref_counts" in said, said


export = b"GET /export_raw_vdi/?vdi=x&session_id=x HTTP/1.1\r\nHost: x\r\n\r\n"
all = [threading.Thread(target=ask, args=(request("VM.get_all"),)) for _ in range(4)]
all += [threading.Thread(target=ask, args=(export,)), threading.Thread(target=wait)]
for one in all:
    one.start()
for one in all:
    one.join()
END_OF_CLIENT
python3 ask.py "$url" "$session" >asked 2>asked.log &
asker=$!
wait_until 20 grep -q waits asked || fail "nobody waits: $(cat asked.log)"
pool_stops "$state" "clients that go on asking"
wait "$asker" || fail "who waited for events: $(cat asked.log)"
! grep -q Traceback asked.log || fail "who waited for events: $(cat asked.log)"

# ---- a call that a fault holds, and a copy that takes long ----
pool_serve pool.yaml
rig fault add "$state/mnt/other.system" 'xapi.call method=VM.get_uuid hang' >/dev/null
other=$(vm_of other)
(call VM.get_uuid "\"$other\"" >held 2>&1 || true) &
rig fault add "$web_mnt" 'live.read delay=20s' >/dev/null
leaf=$(leaf_of "$(vm_of web)")
sr=$(call SR.get_all | jq '.[0]')
call Async.VDI.copy "\"$leaf\"" "$sr" >/dev/null
copies()
{
	[ "$(find "$state/disks" -name '*.img' | wc -l)" -gt 1 ]
}
wait_until 20 copies || fail "nothing is copied"
pool_stops "$state" "a long copy"
same 1 "$(find "$state/disks" -name '*.img' | wc -l)" "images behind a copy that was not finished"

# ---- a read that never ends, and a rig that stands still ----
pool_serve pool.yaml --nbd 127.0.0.1:0
snapshot=$(snapshot_of "$(vm_of web)" s)
rig fault add "$web_mnt" 'snapshot.read hang offset=4MiB..' >/dev/null
export="$url/export_raw_vdi/?vdi=$snapshot&session_id=$session"
(curl -sS -m 600 -o part "$export" 2>/dev/null || true) &
wait_until 20 [ -s part ] || fail "nothing of the export comes"
frozen=$(rig_pid "$state/mnt/other.system")
kill -STOP "$frozen"
on_exit "kill -9 $frozen 2>/dev/null"
sleep 0.6 # until somebody has asked it
pool_stops "$state" "a rig that stands still"

# ---- one that somebody else has mounted ----
mkdir theirs
truncate -s 8MiB theirs.img
rig mount --profile xen theirs.img theirs
on_exit "kill -CONT \$(cat theirs.pid) 2>/dev/null; rig umount theirs"
cat >pool.yaml <<'END_OF_POOL'
pool: demo
credentials: { user: root, password: secret }
srs: [ { name: local, type: ext, capacity: 1GiB } ]
vms:
  - name: web
    disks: [ { name: system, sr: local, image: web.img } ]
  - name: their
    disks: [ { name: system, sr: local, mount: theirs } ]
END_OF_POOL
rm -rf "$state"
pool_serve pool.yaml
rig_pid "$work/theirs" >theirs.pid
kill -STOP "$(cat theirs.pid)"
sleep 0.6
kill -TERM "$pool_pid"
wait_until 60 is_dead "$pool_pid" || fail "a rig of somebody else holds the server up"
code=0
wait "$pool_pid" || code=$?
pool_pid=
same 4 "$code" "the exit code of one that had to be left"
[ -z "$(mounts_below "$state")" ] || fail "left mounted: $(mounts_below "$state")"

# Nor is it waited for at the begin.
code=0
SNAPRIG_TIMEOUT=1s timeout -s KILL 60 "$SNAPRIG" xapi serve pool.yaml 2>said || code=$?
kill -CONT "$(cat theirs.pid)"
same 4 "$code" "the exit code of one that cannot join"
grep -q "cannot join './theirs': Connection timed out" said || fail "said: $(cat said)"
[ -z "$(mounts_below "$state")" ] || fail "left mounted: $(mounts_below "$state")"
rig status theirs >/dev/null || fail "the rig of somebody else is not as it was"
