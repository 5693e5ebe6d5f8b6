#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Licences, power states, blocked operations and disks that are in use are XAPI's to refuse.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_pool.sh"

cat >pool.yaml <<'END'
pool: demo
credentials: { user: root, password: secret }
edition: free
srs: [ { name: local, type: ext, coalesce: asked } ]
vms:
  - { name: windows, vendor-device: true, disks: [ { name: c, sr: local, size: 4MiB } ] }
  - { name: web, power: halted, disks: [ { name: a, sr: local, size: 4MiB } ] }
END

xapi_start pool.yaml --state state
xapi_python <<'END'
import threading
windows, web = pool.vm("windows"), pool.vm("web")

pool.fails("LICENCE_RESTRICTION(PCI_device_for_auto_update)", "Async.VM.snapshot", windows, "s")
pool("VM.set_has_vendor_device", windows, False)
snapshot = pool("Async.VM.snapshot", windows, "s")

pool.fails("VM_BAD_POWER_STATE(%s, halted, running)" % windows, "VM.destroy", windows)
pool.fails("VDI_IN_USE(%s, destroy)" % pool.disks(windows)[0],
           "Async.VDI.destroy", pool.disks(windows)[0])
pool.fails("VM_IS_TEMPLATE(%s)" % snapshot, "VM.start", snapshot, False, False)
pool("VM.start", web, False, False)
assert pool("VM.get_power_state", web) == "Running"
assert pool("VBD.get_currently_attached", pool("VM.get_VBDs", web)[0])
pool.fails("VM_BAD_POWER_STATE(%s, halted, running)" % web, "VM.start", web, False, False)

pool("VM.add_to_blocked_operations", web, "snapshot", "not now")
pool.fails("OPERATION_BLOCKED(%s, not now)" % web, "Async.VM.snapshot", web, "s")
pool("VM.remove_from_blocked_operations", web, "snapshot")
other = pool("Async.VM.snapshot", web, "s")
assert pool("VM.get_blocked_operations", other) == {}

# A base copy is the storage manager's.
write("state", "web.a", 0, 4096)
base = [r for r, v in pool("VDI.get_all_records").items() if not v["managed"]][0]
pool.fails("OPERATION_NOT_ALLOWED(VDI is not managed by XAPI)", "Async.VDI.destroy", base)

# Who has the one and the other lock at once waits for no one that waits for him.
errors = []

def work(vm, name):
    try:
        mine = Pool()
        for i in range(6):
            mine.destroy(mine("Async.VM.snapshot", vm, "%s%d" % (name, i)))
            mine("Async.SR.scan", mine.sr("local"))
    except Exception as error:
        errors.append(repr(error))

threads = [threading.Thread(target=work, args=(vm, name))
           for vm, name in ((web, "a"), (windows, "b"), (web, "c"))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert errors == [], errors
check_references(pool)
until(lambda: agrees(pool, "state", "web.a", pool.disks(web)[0]))
END
xapi_stop
