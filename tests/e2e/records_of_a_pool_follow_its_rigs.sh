#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Random calls on a pool, by SEED and COUNT: records and rigs say the same, every view has what was
# written before it was taken, and a server that is killed in between changes none of it.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_pool.sh"
COUNT=${COUNT:-40}
[ "$e2e_slow" = 0 ] || COUNT=$((COUNT / 4))

cat >pool.yaml <<'END'
pool: demo
credentials: { user: root, password: secret }
srs: [ { name: local, type: ext, capacity: 256MiB, coalesce: asked } ]
vms:
  - name: web
    disks: [ { name: a, sr: local, size: 4MiB }, { name: b, sr: local, size: 4MiB } ]
END

cat >model.py <<'END'
import pickle
import random

SIZE = 4 << 20

class Model:
    """What every view must read, by the uuid of its VDI."""

    def __init__(self):
        self.content = {}
        self.extra = []  # copies, which no VM has

    def leaves(self):
        return pool.disks(pool.vm("web")) + self.extra

def key_of(vdi):
    return pool("VDI.get_location", vdi)

def some_write(model, chance):
    vdi = chance.choice(model.leaves())
    uuid = pool("VDI.get_uuid", vdi)
    offset, length = chance.randrange(SIZE // 4096) * 4096, chance.choice((4096, 65536, 1 << 20))
    length, byte = min(length, SIZE - offset), chance.randrange(256)
    write("state", key_of(vdi), offset, length, byte)
    content = bytearray(model.content.get(uuid, bytes(SIZE)))
    content[offset:offset + length] = bytes([byte]) * length
    model.content[uuid] = bytes(content)

def some_snapshot(model, chance):
    vm = pool("Async.VM.snapshot", pool.vm("web"), "s")
    for new in pool.disks(vm):
        of = pool("VDI.get_uuid", pool("VDI.get_snapshot_of", new))
        model.content[pool("VDI.get_uuid", new)] = model.content.get(of, bytes(SIZE))

def forget(model, vdi):
    model.content.pop(pool("VDI.get_uuid", vdi), None)

def some_destroy(model, chance):
    snapshots = pool("VM.get_snapshots", pool.vm("web"))
    if snapshots:
        vm = chance.choice(snapshots)
        for vdi in pool.disks(vm):
            forget(model, vdi)
        pool.destroy(vm)

def some_vdi_destroy(model, chance):
    vdis = [r for r, v in pool("VDI.get_all_records").items() if v["is_a_snapshot"]]
    if vdis:
        vdi = chance.choice(vdis)
        forget(model, vdi)
        pool("Async.VDI.destroy", vdi)

def some_copy(model, chance):
    views = model.leaves() + [s for d in model.leaves() for s in pool("VDI.get_snapshots", d)]
    of = chance.choice(views)
    if len(model.extra) < 2:
        new = pool("Async.VDI.copy", of, pool.sr("local"))
        model.extra.append(new)
        model.content[pool("VDI.get_uuid", new)] = model.content.get(
            pool("VDI.get_uuid", of), bytes(SIZE))
    else:
        gone = model.extra.pop(0)
        for vdi in [gone] + pool("VDI.get_snapshots", gone):
            forget(model, vdi)
            pool("Async.VDI.destroy", vdi)

def some_extra_snapshot(model, chance):
    if model.extra:
        of = chance.choice(model.extra)
        new = pool("VDI.snapshot", of, {})
        model.content[pool("VDI.get_uuid", new)] = model.content.get(
            pool("VDI.get_uuid", of), bytes(SIZE))

def some_scan(model, chance):
    pool("Async.SR.scan", pool.sr("local"))

def some_migration(model, chance):
    old = chance.choice(pool.disks(pool.vm("web")))
    content = model.content.pop(pool("VDI.get_uuid", old), bytes(SIZE))
    for snapshot in pool("VDI.get_snapshots", old):
        forget(model, snapshot)
        pool("Async.VDI.destroy", snapshot)
    vbd = pool("VDI.get_VBDs", old)[0]
    new = pool("Async.VDI.pool_migrate", old, pool.sr("local"), {})
    assert pool("VBD.get_VDI", vbd) == new
    model.content[pool("VDI.get_uuid", new)] = content

OPERATIONS = ([some_write] * 8 + [some_snapshot] * 5 + [some_destroy] * 3 + [some_scan] * 2
              + [some_vdi_destroy, some_copy, some_extra_snapshot, some_migration])

def check(model):
    check_references(pool)
    seen = set()
    for leaf in model.leaves():
        # A merge may end between the two looks.
        until(lambda: agrees(leaf, seen))
        uuid, key = pool("VDI.get_uuid", leaf), key_of(leaf)
        views = {uuid: "live"}
        for snapshot in pool("VDI.get_snapshots", leaf):
            name = pool("VDI.get_uuid", snapshot)
            views[name] = "snapshots/" + name
        for name, path in views.items():
            with open("state/mnt/%s/%s" % (key, path), "rb") as file:
                assert file.read() == model.content.get(name, bytes(SIZE)), (key, name)
    mounted = set(os.listdir("state/mnt"))
    assert mounted == {key_of(leaf) for leaf in model.leaves()}, mounted

def agrees(leaf, seen):
    try:
        seen |= check_rig(pool, "state", key_of(leaf), leaf)
        return True
    except (AssertionError, KeyError):
        time.sleep(0.1)
        return False

def run(first, count, seed):
    model = Model()
    if first > 0:
        with open("model", "rb") as file:
            model = pickle.load(file)
        check(model)
    for step in range(first, first + count):
        chance = random.Random(seed * 1000 + step)
        operation = chance.choice(OPERATIONS)
        print(step, operation.__name__, flush=True)
        try:
            operation(model, chance)
        except Failure as failure:
            assert failure.code == "SR_BACKEND_FAILURE_109", failure
        if step % 5 == 4:
            check(model)
    check(model)
    with open("model", "wb") as file:
        pickle.dump(model, file)
END

done=0
while [ "$done" -lt "$COUNT" ]; do
	xapi_start pool.yaml --state state
	{
		cat model.py
		echo "run($done, 20, $SEED)"
	} | xapi_python >steps || {
		cat steps
		fail "in step $(tail -n 1 steps)"
	}
	done=$((done + 20))
	kill -9 "$xapi_pid"
	wait "$xapi_pid" 2>/dev/null || true
done
xapi_start pool.yaml --state state
{
	cat model.py
	echo "run($done, 0, $SEED)"
} | xapi_python
xapi_stop
