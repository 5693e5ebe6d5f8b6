#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Two clients do what they like with a pool until its server is killed, ROUNDS times: each time the
# next one has records of what lies in the rigs, no images beside them, and every byte.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_pool.sh"
ROUNDS=${ROUNDS:-100}

cat >pool.yaml <<'END'
pool: demo
credentials: { user: root, password: secret }
srs: [ { name: local, type: ext, coalesce: asked }, { name: other, type: ext } ]
vms:
  - name: web
    power: halted
    disks: [ { name: a, sr: local, size: 4MiB }, { name: b, sr: other, size: 4MiB } ]
END

cat >round.py <<'END'
import random
import threading

def check():
    check_references(pool)
    vdis = pool("VDI.get_all_records").values()
    leaves = {v["location"] for v in vdis if v["managed"] and not v["is_a_snapshot"]}
    mounts, others = set(os.listdir("state/mnt")), set()
    for key in mounts:
        rig = rig_of("state", key)
        assert key in leaves or rig["snapshots"], key
        others |= {s["name"] for s in rig["snapshots"]}
        others |= {n["uuid"] for n in rig["nodes"] if n["hidden"]}
    assert leaves <= mounts, (leaves, mounts)
    assert others == {v["uuid"] for v in vdis if v["location"] not in leaves}
    images = {key + end for key in mounts for end in (".img", ".img.snaprig")}
    assert set(os.listdir("state/disks")) <= images, os.listdir("state/disks")

def check_bytes(disks, is_first):
    assert len(disks) == 2, disks
    for disk in disks:
        key = pool("VDI.get_location", disk)
        with open("state/mnt/%s/live" % key, "rb") as file:
            assert file.read(4096) == bytes([0 if is_first else 7]) * 4096, key
        write("state", key, 0, 4096, 7)

def extras(vdis):
    return [r for r, v in vdis.items()
            if v["managed"] and not v["is_a_snapshot"] and not v["VBDs"]]

def something(client, chance):
    vdis = client("VDI.get_all_records")
    snapshots = [r for r, v in vdis.items() if v["is_a_snapshot"]]
    extra = extras(vdis)
    # A copy may be about to take the place of a disk that the other one migrates: who destroys it
    # behind that destroys the disk of a VM, which a pool allows.
    own = [r for r in extra if vdis[r]["name_label"] == "n"]
    web, sr = client.vm("web"), client.sr(chance.choice(["local", "other"]))
    what = chance.randrange(6)
    if what == 0:
        client("VM.snapshot", web, "s")
    elif what == 1 and snapshots:
        client("VDI.destroy", chance.choice(snapshots))
    elif what == 2 and len(extra) < 3:
        client("VDI.create", {"name_label": "n", "SR": sr, "virtual_size": 4 << 20})
    elif what == 3 and own:
        client("VDI.destroy", chance.choice(own))
    elif what == 4:
        client("VDI.pool_migrate", chance.choice(client.disks(web)), sr, {})
    elif what == 5 and len(extra) < 3 and snapshots:
        client("VDI.copy", chance.choice(snapshots), sr)

def do_things(chance):
    """Until the server is gone; what the other one has destroyed or reads is refused."""
    client = Pool()
    while True:
        try:
            something(client, chance)
        except Failure:
            pass
        except (OSError, http.client.HTTPException, ValueError, IndexError, AssertionError):
            return

number = int(sys.argv[1])
until_merged = time.monotonic() + 5
while True:
    try:
        check()
        break
    except (AssertionError, KeyError, OSError):
        if time.monotonic() > until_merged:
            raise
        time.sleep(0.2)
check_bytes(pool.disks(pool.vm("web")), number == 1)
for copy in extras(pool("VDI.get_all_records")):
    pool("VDI.destroy", copy)
for seed in range(2):
    threading.Thread(target=do_things, args=[random.Random(number * 10 + seed)],
                     daemon=True).start()
time.sleep(random.Random(number).random() * 1.5)
os.kill(int(os.environ["SERVER"]), 9)
END

for number in $(seq "$ROUNDS"); do
	xapi_start pool.yaml --state state
	export SERVER="$xapi_pid"
	xapi_python "$number" <round.py
	wait "$xapi_pid" 2>/dev/null || true
done
