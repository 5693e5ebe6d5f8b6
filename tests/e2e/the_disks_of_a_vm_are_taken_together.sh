#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A snapshot of a VM is one of each of its disks, and when one of them fails none is left.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_pool.sh"

cat >pool.yaml <<'END'
pool: demo
credentials: { user: root, password: secret }
srs:
  - { name: local, type: ext, capacity: 64MiB, coalesce: asked }
  - { name: stick, type: udev }
vms:
  - name: web
    disks: [ { name: system, sr: local, size: 8MiB }, { name: data, sr: local, size: 8MiB } ]
  - name: booted
    disks: [ { name: system, sr: local, size: 4MiB }, { name: usb, sr: stick, size: 4MiB } ]
END

xapi_start pool.yaml --state state
xapi_python <<'END'
vm = pool.vm("web")
write("state", "web.system", 0, 1 << 20, 1)
write("state", "web.data", 0, 1 << 20, 2)
snapshot = pool("Async.VM.snapshot", vm, "one")
record = pool("VM.get_record", snapshot)
assert record["is_a_snapshot"] and record["is_a_template"] and record["snapshot_of"] == vm
assert record["name_label"] == "one" and record["power_state"] == "Halted"
assert pool("VM.get_snapshots", vm) == [snapshot]
write("state", "web.system", 0, 1 << 20, 3)
write("state", "web.data", 0, 1 << 20, 4)
for disk, of, byte in zip(pool.disks(snapshot), pool.disks(vm), (1, 2)):
    vdi = pool("VDI.get_record", disk)
    assert vdi["is_a_snapshot"] and vdi["snapshot_of"] == of
    assert vdi["name_label"] == pool("VDI.get_name_label", of)
    key = "web.system" if byte == 1 else "web.data"
    with open("state/mnt/%s/snapshots/%s" % (key, vdi["uuid"]), "rb") as file:
        assert file.read(1 << 20) == bytes([byte]) * (1 << 20)
check_references(pool)

# The second disk fails: the first has no snapshot, and nothing else is left of the call.
def names():
    return sorted(v["uuid"] for v in pool("VDI.get_all_records").values() if v["managed"])

before = names(), len(pool("VM.get_all")), len(pool("VBD.get_all"))
snaprig("fault", "add", "state/mnt/web.data", "chain.snapshot error=ENOSPC times=1")
pool.fails("SR_BACKEND_FAILURE_81(, Failed to clone VDI [opterr=VDI clone failed error 28], )",
           "Async.VM.snapshot", vm, "two")
assert (names(), len(pool("VM.get_all")), len(pool("VBD.get_all"))) == before
check_references(pool)
for key, leaf in zip(("web.system", "web.data"), pool.disks(vm)):
    check_rig(pool, "state", key, leaf)
pool("Async.VM.snapshot", vm, "two")

# One whose storage knows no snapshots: nothing is begun at all.
stick = pool.sr("stick")
pool.fails("SR_OPERATION_NOT_SUPPORTED(%s)" % stick, "Async.VM.snapshot", pool.vm("booted"), "x")
assert len(rig_of("state", "booted.system")["snapshots"]) == 0
# It is left out by its VDI, or goes.
usb = pool.disks(pool.vm("booted"))[1]
other = pool("Async.VM.snapshot", pool.vm("booted"), "y", [usb])
assert len(pool.disks(other)) == 1
check_references(pool)
END
xapi_stop
