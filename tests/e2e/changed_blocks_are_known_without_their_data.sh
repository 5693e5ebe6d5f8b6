#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Changed block tracking: a snapshot whose data was destroyed still tells what changed since.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_pool.sh"

cat >pool.yaml <<'END'
pool: demo
credentials: { user: root, password: secret }
srs: [ { name: local, type: ext, coalesce: asked } ]
vms: [ { name: web, disks: [ { name: a, sr: local, size: 8MiB } ] } ]
END

cat >common.py <<'END'
import base64

def changed(base, of):
    """Numbers of the blocks of 64 KiB that changed between the two."""
    bits = base64.b64decode(pool("Async.VDI.list_changed_blocks", base, of))
    assert len(bits) == 8 * 1024 // 64 // 8, len(bits)
    return [i for i in range(len(bits) * 8) if bits[i // 8] >> (7 - i % 8) & 1]

def snapshot(name):
    vm = pool("Async.VM.snapshot", web, name)
    return vm, pool.disks(vm)[0]

web = pool.vm("web")
disk = pool.disks(web)[0]
END

xapi_start pool.yaml --state state
{
	cat common.py
	cat <<'END'
plain = snapshot("plain")
pool.fails("VDI_NO_CBT_METADATA(%s)" % plain[1], "VDI.list_changed_blocks", plain[1], disk)
pool.fails("VDI_NO_CBT_METADATA(%s)" % plain[1], "VDI.data_destroy", plain[1])
pool("Async.VDI.enable_cbt", disk)
assert pool("VDI.get_cbt_enabled", disk) and not pool("VDI.get_cbt_enabled", plain[1])

one = snapshot("one")
assert pool("VDI.get_cbt_enabled", one[1])
write("state", "web.a", 65536 * 3 + 100, 10)
write("state", "web.a", 65536 * 17 - 1, 2)
two = snapshot("two")
write("state", "web.a", 65536 * 127, 65536)
three = snapshot("three")
assert changed(one[1], two[1]) == [3, 16, 17], changed(one[1], two[1])
assert changed(two[1], three[1]) == [127]
assert changed(one[1], three[1]) == [3, 16, 17, 127]

# As Xen Orchestra does: the VM of the snapshot goes, its data goes, and it stays as metadata.
for vm, vdi in (one, two):
    pool("Async.VM.destroy", vm)
    pool("Async.VDI.data_destroy", vdi)
    assert pool("VDI.get_type", vdi) == "cbt_metadata"
left = [s["name"] for s in rig_of("state", "web.a")["snapshots"]]
assert pool("VDI.get_uuid", one[1]) not in left and pool("VDI.get_uuid", two[1]) not in left
assert changed(one[1], two[1]) == [3, 16, 17]
assert changed(one[1], three[1]) == [3, 16, 17, 127]
check_references(pool)

# The newest has nothing to be compared with until there is a newer one.
pool("Async.VM.destroy", three[0])
pool("Async.VDI.data_destroy", three[1])
pool.fails("VDI_INCOMPATIBLE_TYPE(%s, cbt_metadata)" % three[1],
           "VDI.copy", three[1], pool.sr("local"))
write("state", "web.a", 0, 1)
four = snapshot("four")
assert changed(three[1], four[1]) == [0]
assert len(rig_of("state", "web.a")["snapshots"]) == 2, "plain and four"
pool("SR.scan", pool.sr("local"))
assert changed(one[1], four[1]) == [0, 3, 16, 17, 127]
END
} | xapi_python

kill -9 "$xapi_pid"
wait "$xapi_pid" 2>/dev/null || true
xapi_start pool.yaml --state state
{
	cat common.py
	cat <<'END'
snapshots = pool("VDI.get_snapshots", disk)
assert [pool("VDI.get_type", s) for s in snapshots] == ["user"] + ["cbt_metadata"] * 3 + ["user"]
assert changed(snapshots[1], snapshots[4]) == [0, 3, 16, 17, 127]
# Metadata is destroyed as a VDI is.
pool("Async.VDI.destroy", snapshots[1])
assert pool("VDI.get_snapshots", disk) == snapshots[:1] + snapshots[2:]
assert changed(snapshots[2], snapshots[4]) == [0, 127]
assert len(os.listdir("state/cbt")) == 2
# One in the middle goes, metadata or not: what changed until it is a part of what changed since.
pool("Async.VDI.destroy", snapshots[3])
assert changed(snapshots[2], snapshots[4]) == [0, 127]
write("state", "web.a", 65536 * 5, 1)
five = snapshot("five")
pool("Async.VDI.destroy", snapshots[4])
assert changed(snapshots[2], five[1]) == [0, 5, 127]
assert len(os.listdir("state/cbt")) == 1
check_references(pool)
END
} | xapi_python
xapi_stop
