#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What a call has answered is there after the server was killed; what the rigs have beside it is
# found by the next one, and what they have not goes.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_pool.sh"

cat >pool.yaml <<'END'
pool: demo
credentials: { user: root, password: secret }
seed: 5
srs: [ { name: local, type: ext, coalesce: asked } ]
vms:
  - name: web
    disks: [ { name: system, sr: local, size: 8MiB }, { name: data, sr: local, size: 8MiB } ]
  - { name: gone, disks: [ { name: a, sr: local, size: 8MiB } ] }
END

xapi_start pool.yaml
xapi_python <<'END'
import json
state = "pool.yaml.snaprig"
web, gone = pool.vm("web"), pool.vm("gone")
write(state, "web.system", 0, 1 << 20)
kept = pool("Async.VM.snapshot", web, "kept")
pool("VM.add_to_other_config", kept, "who", "me")
pool("VM.set_name_label", web, "another name")
write(state, "web.system", 0, 1 << 20)
lost = pool("Async.VM.snapshot", web, "lost")
pool("VM.hard_shutdown", gone)
pool.destroy(gone)
new = pool("VDI.create", {"name_label": "new", "SR": pool.sr("local"), "virtual_size": 4 << 20})
write(state, pool("VDI.get_uuid", new), 0, 4096, 7)
# One that a client has not been told of, and one that somebody else has removed.
snaprig("snapshot", "create", state + "/mnt/web.data", "by-hand")
os.unlink("%s/mnt/web.system/snapshots/%s"
          % (state, pool("VDI.get_uuid", pool.disks(lost)[0])))
# And one that is another one before anybody has looked.
def there(name):
    return [v for v in pool("VDI.get_all_records").values() if v["uuid"] == name]

others = state + "/mnt/web.data/snapshots/other-%d"
for i in range(4):
    os.close(os.open(others % i, os.O_CREAT))
    until(lambda: there("other-%d" % i))
    assert i == 0 or not there("other-%d" % (i - 1))
    if i < 3:
        time.sleep(0.3)
    os.unlink(others % i)
until(lambda: not there("other-3"))
with open("before.json", "w") as file:
    json.dump([web, kept, lost, new, pool("VM.get_record", kept)], file)
END

kill -9 "$xapi_pid"
wait "$xapi_pid" 2>/dev/null || true
xapi_start pool.yaml
xapi_python <<'END'
import json
state = "pool.yaml.snaprig"
with open("before.json") as file:
    web, kept, lost, new, record = json.load(file)
assert pool("VM.get_name_label", web) == "another name"
assert pool("VM.get_record", kept) == record
assert record["other_config"] == {"who": "me"}
assert [v for v in pool("VM.get_all_records").values() if v["name_label"] == "gone"] == []
assert not os.path.exists(state + "/mnt/gone.a")
assert pool("VDI.get_virtual_size", new) == 4 << 20
with open("%s/mnt/%s/live" % (state, pool("VDI.get_uuid", new)), "rb") as file:
    assert file.read(4096) == b"\7" * 4096
# Two disks were in it; of the one that is gone nothing is left.
assert len(pool("VM.get_VBDs", lost)) == 1
found = pool("VDI.get_record", pool("VDI.get_by_uuid", "by-hand"))
assert found["is_a_snapshot"] and found["snapshot_of"] == pool.disks(web)[1]
for key, leaf in zip(("web.system", "web.data"), pool.disks(web)):
    check_rig(pool, state, key, leaf)
check_references(pool)
pool("Async.VDI.destroy", pool("VDI.get_by_uuid", "by-hand"))
assert not os.path.exists(state + "/mnt/web.data/snapshots/by-hand")
pool("Async.VM.snapshot", web, "again")
check_references(pool)
END

# A second server of the same pool would take its mounts.
code=0
"$SNAPRIG" xapi serve pool.yaml >second.out 2>second.err || code=$?
[ "$code" = 4 ] || fail "a second server ended with $code"
grep -qx "snaprig: 'pool.yaml' is served already" second.err || fail "it said: $(cat second.err)"

# Rigs that die under it: calls fail, the server lives, and so do the others.
xapi_python <<'END'
import signal
os.kill(rig_pid("pool.yaml.snaprig", "web.data"), signal.SIGKILL)
web = pool.vm("another name")
pool.fails("SR_BACKEND_FAILURE_46(, The VDI is not available [opterr=the rig has ended], )",
           "Async.VM.snapshot", web, "half")
assert len([v for v in pool("VM.get_all_records").values() if v["name_label"] == "half"]) == 0
check_references(pool)
END
wait_until 20 grep -q "the rig of disk 'web.data' has ended" xapi.err ||
	fail "nobody said that a rig has gone"
xapi_stop

# What is no state of a pool is refused.
echo '{' >pool.yaml.snaprig/pool.json
code=0
"$SNAPRIG" xapi serve pool.yaml >second.out 2>second.err || code=$?
[ "$code" = 4 ] || fail "with a broken state it ended with $code"
grep -q 'is not a pool saved by this program' second.err || fail "it said: $(cat second.err)"
