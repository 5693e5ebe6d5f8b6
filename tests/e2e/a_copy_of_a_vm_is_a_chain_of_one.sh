#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Clones, copies and migrations copy all data: chains that have become long are short again.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_pool.sh"

cat >pool.yaml <<'END'
pool: demo
credentials: { user: root, password: secret }
srs:
  - { name: local, type: ext, coalesce: never }
  - { name: other, type: nfs, coalesce: never }
vms:
  - name: web
    disks: [ { name: system, sr: local, size: 8MiB }, { name: data, sr: local, size: 8MiB } ]
END

xapi_start pool.yaml --state state
xapi_python <<'END'
def content(disk):
    uuid = pool("VDI.get_uuid", disk)
    key = pool("VDI.get_location", disk)
    path = "state/mnt/%s/live" % key
    if pool("VDI.get_is_a_snapshot", disk):
        key = pool("VDI.get_location", pool("VDI.get_snapshot_of", disk))
        path = "state/mnt/%s/snapshots/%s" % (key, uuid)
    with open(path, "rb") as file:
        return file.read()

def depth(disk):
    return rig_of("state", pool("VDI.get_location", disk))["chain"]["depth"]

vm = pool.vm("web")
for i in range(5):
    write("state", "web.system", i << 20, 1 << 20)
    write("state", "web.data", 4096 * i, 4096)
    snapshot = pool("Async.VM.snapshot", vm, "s%d" % i)
write("state", "web.system", 7 << 20, 1 << 20)
assert depth(pool.disks(vm)[0]) == 6

# Not while it runs.
pool.fails("VM_BAD_POWER_STATE(%s, halted, running)" % vm, "Async.VM.clone", vm, "c")
pool("Async.VM.clean_shutdown", vm)
pool.fails("VM_BAD_POWER_STATE(%s, running, halted)" % vm, "Async.VM.hard_shutdown", vm)
clone = pool("Async.VM.clone", vm, "clone")
record = pool("VM.get_record", clone)
assert record["name_label"] == "clone" and not record["is_a_snapshot"]
assert record["snapshot_of"] == "OpaqueRef:NULL" and record["snapshots"] == []
copy = pool("Async.VM.copy", vm, "copy", pool.sr("other"))
of_snapshot = pool("Async.VM.clone", snapshot, "from a snapshot")
for made, of in ((clone, vm), (copy, vm), (of_snapshot, snapshot)):
    for new, old in zip(pool.disks(made), pool.disks(of)):
        assert content(new) == content(old), pool("VM.get_name_label", made)
        assert depth(new) == 1
        assert pool("VDI.get_name_label", new) == pool("VDI.get_name_label", old)
assert pool("VDI.get_SR", pool.disks(copy)[0]) == pool.sr("other")
check_references(pool)

# A disk moves while its VM runs; its snapshots stay where they are.
pool("VM.start", vm, False, False)
old = pool.disks(vm)[0]
before, snapshots = content(old), pool("VDI.get_snapshots", old)
new = pool("Async.VDI.pool_migrate", old, pool.sr("other"), {})
assert pool.disks(vm)[0] == new and content(new) == before and depth(new) == 1
pool.fails("HANDLE_INVALID(VDI, %s)" % old, "VDI.get_record", old)
assert pool("VDI.get_snapshots", new) == snapshots
assert pool("VDI.get_snapshot_of", snapshots[0]) == new
check_references(pool)
# The last of them takes the rig along.
for snapshot in snapshots:
    assert os.path.exists("state/mnt/web.system/live")
    pool("Async.VDI.destroy", snapshot)
assert not os.path.exists("state/mnt/web.system")
assert not os.path.exists("state/disks/web.system.img")
check_references(pool)

# A clone fails at its second disk, and nothing of it is left.
count = len(pool("VDI.get_all"))
pool("VM.hard_shutdown", vm)
snaprig("fault", "add", "state/mnt/web.data", "live.read error=EIO")
try:
    pool("Async.VM.clone", vm, "broken")
    raise AssertionError("a disk that cannot be read was cloned")
except Failure as failure:
    assert failure.code.startswith("SR_BACKEND_FAILURE"), failure
assert len(pool("VDI.get_all")) == count
assert sorted(os.listdir("state/mnt")) == sorted(
    {v["location"] for v in pool("VDI.get_all_records").values()
     if v["managed"] and not v["is_a_snapshot"]})
check_references(pool)
snaprig("fault", "clear", "state/mnt/web.data")

# Somebody reads a disk when the copy that it is to move to is whole: it stays where it is.
def stands_still(point):
    rules = [r for r in rig_of("state", "web.data")["faults"] if r["rule"].startswith(point)]
    return rules[0]["fired"] > 0

disk = pool.disks(vm)[1]
snaprig("fault", "add", "state/mnt/web.data", "live.read hang times=1")
task = pool.plain("Async.VDI.pool_migrate", pool.session, disk, pool.sr("other"), {})
until(lambda: stands_still("live.read"))
snaprig("fault", "add", "state/mnt/web.data", "xapi.export delay=3s offset=4KiB..2MiB")
reader = http.client.HTTPConnection(pool.address, timeout=60)
reading = pool("task.create", "reading", "")
reader.request("GET", "/export_raw_vdi/?vdi=%s&session_id=%s&task_id=%s" %
               (disk, pool.session, reading))
try:
    until(lambda: stands_still("xapi.export"))
finally:
    snaprig("fault", "release", "state/mnt/web.data")
refused = "VDI_IN_USE(%s, mirror)" % disk
try:
    pool.wait(task)
    raise AssertionError("a disk that is read has moved")
except Failure as failure:
    assert str(failure) == refused, failure
pool.fails(refused, "VDI.pool_migrate", disk, pool.sr("other"), {})
assert pool.disks(vm)[1] == disk
assert len(pool("VDI.get_all")) == count
check_references(pool)
reader.close()
snaprig("fault", "clear", "state/mnt/web.data")

# So it does when it was written meanwhile: the copy may lack that.  Who reads it has gone when its
# task has ended.
until(lambda: pool("task.get_status", reading) != "pending")
snaprig("fault", "add", "state/mnt/web.data", "live.read hang times=1")
task = pool.plain("Async.VDI.pool_migrate", pool.session, disk, pool.sr("other"), {})
until(lambda: stands_still("live.read"))
write("state", "web.data", 5000, 1)
snaprig("fault", "release", "state/mnt/web.data")
try:
    pool.wait(task)
    raise AssertionError("a disk that was written has moved")
except Failure as failure:
    assert str(failure) == "MIRROR_FAILED(%s)" % disk, failure
assert pool.disks(vm)[1] == disk
assert len(pool("VDI.get_all")) == count
snaprig("fault", "clear", "state/mnt/web.data")
before = content(disk)
new = pool("Async.VDI.pool_migrate", disk, pool.sr("other"), {})
assert pool.disks(vm)[1] == new and content(new) == before
check_references(pool)
END
xapi_stop
