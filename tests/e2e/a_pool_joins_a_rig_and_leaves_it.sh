#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A disk of a pool may be a rig that somebody has mounted: it is there before and behind the server.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_pool.sh"

mkdir mnt plain
"$SNAPRIG" create vol.img --size 8MiB
"$SNAPRIG" mount vol.img mnt --profile xen --format qcow2 --no-coalesce
touch mnt/snapshots/before
cat >pool.yaml <<'END'
pool: demo
credentials: { user: root, password: secret }
srs: [ { name: local, type: ext, capacity: 32MiB, format: qcow2, coalesce: never } ]
vms: [ { name: web, disks: [ { name: a, sr: local, mount: mnt } ] } ]
faults: [ "chain.snapshot error=EIO after=1 times=1" ]
END
xapi_start pool.yaml --state state
xapi_python <<'END'
web = pool.vm("web")
found = pool("VDI.get_record", pool("VDI.get_by_uuid", "before"))
assert found["is_a_snapshot"] and found["sm_config"]["image-format"] == "qcow2"
one = pool("Async.VM.snapshot", web, "one")
pool.fails("SR_BACKEND_FAILURE_81(, Failed to clone VDI [opterr=VDI clone failed error 5], )",
           "Async.VM.snapshot", web, "two")
uuid = pool("VDI.get_uuid", pool.disks(one)[0])
assert sorted(os.listdir("mnt/snapshots")) == sorted(["before", uuid])
# A qcow2 chain is longer by a node for each snapshot, written to or not.
pool("Async.VM.snapshot", web, "three")
assert len([v for v in pool("VDI.get_all_records").values() if not v["managed"]]) == 3
# What somebody does behind the server's back is seen, too.
os.unlink("mnt/snapshots/before")
until(lambda: len(pool("VDI.get_snapshots", pool.disks(web)[0])) == 2)
with open("mnt/.snaprig/status.json") as file:
    import json
    assert json.load(file)["chain"]["sr"]["capacity_bytes"] == 32 << 20
check_references(pool)
END
xapi_stop_beside
[ -e mnt/live ] || fail "the server took a rig along that was not its own"
python3 - <<'END' || fail "the server has not left the rig as it was"
import json
with open("mnt/.snaprig/status.json") as file:
    rig = json.load(file)
assert rig["chain"]["sr"]["capacity_bytes"] is None, rig["chain"]["sr"]
assert rig["faults"] == [], rig["faults"]
END
"$SNAPRIG" umount mnt

# What is no chain, or no rig at all, is no disk of a pool.
"$SNAPRIG" create plain.img --size 4MiB
"$SNAPRIG" mount plain.img plain
sed -i 's/mount: mnt/mount: plain/' pool.yaml
code=0
"$SNAPRIG" xapi serve pool.yaml --state other >out 2>err || code=$?
[ "$code" = 4 ] || fail "with a rig of profile plain it ended with $code"
grep -qx "snaprig: cannot join './plain': its profile is not 'xen'" err || fail "$(cat err)"
"$SNAPRIG" umount plain
code=0
"$SNAPRIG" xapi serve pool.yaml --state other >out 2>err || code=$?
[ "$code" = 4 ] || fail "without a rig it ended with $code"
grep -q "^snaprig: cannot join './plain': " err || fail "$(cat err)"
