#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What the disks of an SR take they take from each other; a full one fails as its kind does.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_pool.sh"

cat >pool.yaml <<'END'
pool: demo
credentials: { user: root, password: secret }
srs:
  - { name: thin, type: ext, capacity: 20MiB, coalesce: asked }
  - { name: thick, type: lvm, capacity: 96MiB, coalesce: asked }
  - { name: long, type: ext, coalesce: never }
vms:
  - name: thin
    disks: [ { name: a, sr: thin, size: 16MiB }, { name: b, sr: thin, size: 16MiB } ]
  - name: thick
    disks: [ { name: a, sr: thick, size: 16MiB }, { name: b, sr: thick, size: 16MiB } ]
  - { name: long, disks: [ { name: a, sr: long, size: 16MiB } ] }
END

xapi_start pool.yaml --state state
xapi_python <<'END'
import errno

def free(key):
    return rig_of("state", key)["chain"]["sr"]["free_bytes"]

def used(name):
    return pool("SR.get_physical_utilisation", pool.sr(name))

# What one writes the other has not, and the SR's record tells it.
before = free("thin.b")
write("state", "thin.a", 0, 8 << 20)
until(lambda: free("thin.b") <= before - (8 << 20))
until(lambda: used("thin") >= 8 << 20)
assert pool("SR.get_physical_size", pool.sr("thin")) == 20 << 20
write("state", "thin.b", 0, 8 << 20)
until(lambda: free("thin.a") < 4 << 20)
try:
    write("state", "thin.a", 8 << 20, 4 << 20)
    raise AssertionError("it was written to a full SR")
except OSError as error:
    assert error.errno == errno.ENOSPC, error

# Thin: a snapshot takes next to nothing, a copy takes what it copies.
pool("Async.VM.snapshot", pool.vm("thin"), "fits")
disk = pool.disks(pool.vm("thin"))[0]
pool.fails("SR_BACKEND_FAILURE_44(, There is insufficient space, )",
           "Async.VDI.copy", disk, pool.sr("thin"))
check_references(pool)

# Thick: what is taken is taken before. Two disks of 16 MiB are inflated to 24 each.
until(lambda: used("thick") >= 32 << 20)
vm = pool.vm("thick")
write("state", "thick.a", 0, 16 << 20)
write("state", "thick.b", 0, 16 << 20)
managed = len([v for v in pool("VDI.get_all_records").values() if v["managed"]])
pool.fails("SR_BACKEND_FAILURE_44(, There is insufficient space, )",
           "Async.VM.snapshot", vm, "too much")
assert len([v for v in pool("VDI.get_all_records").values() if v["managed"]]) == managed
assert len(rig_of("state", "thick.a")["snapshots"]) == 0, "the first disk kept its own"
check_references(pool)

# The 30th snapshot of a chain that nobody merges is one too many, whatever its SR.
vm = pool.vm("long")
for i in range(29):
    write("state", "long.a", 0, 4096)
    pool("Async.VM.snapshot", vm, "s%d" % i)
write("state", "long.a", 0, 4096)
pool.fails("SR_BACKEND_FAILURE_109(, The snapshot chain is too long, )",
           "Async.VM.snapshot", vm, "one more")
check_rig(pool, "state", "long.a", pool.disks(vm)[0])

# A disk that is made where there is no room, and one where there is.
record = {"name_label": "new", "SR": pool.sr("thick"), "virtual_size": 256 << 20, "type": "user",
          "other_config": {"a": "b"}, "sharable": False, "read_only": False}
pool.fails("SR_BACKEND_FAILURE_44(, There is insufficient space, )", "VDI.create", record)
record["SR"], record["virtual_size"] = pool.sr("long"), str(8 << 20)
disk = pool("VDI.create", record)
made = pool("VDI.get_record", disk)
assert made["virtual_size"] == 8 << 20 and made["other_config"] == {"a": "b"}
assert made["managed"] and not made["is_a_snapshot"]
vbd = pool("VBD.create", {"VM": vm, "VDI": disk, "userdevice": "autodetect", "bootable": False,
                          "mode": "RW", "type": "Disk", "empty": False})
assert pool("VBD.get_userdevice", vbd) == "1"
check_references(pool)
pool("VDI.destroy", disk)
assert pool("VM.get_VBDs", vm) != [] and vbd not in pool("VM.get_VBDs", vm)
assert not [n for n in os.listdir("state/disks") if n.startswith(made["uuid"])]
check_references(pool)
END
xapi_stop
