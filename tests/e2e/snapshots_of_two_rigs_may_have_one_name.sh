#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Two rigs of a pool have snapshots and nodes of the same names: each is a VDI of its own, also when
# the pool is served again.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_pool.sh"

# A chain that was copied, as one copies a disk for another VM: with all that lies beside it.
mkdir mnt
"$SNAPRIG" create one.img --size 4MiB
"$SNAPRIG" mount one.img mnt --profile xen --no-coalesce
touch mnt/snapshots/first
printf 'one' | dd of=mnt/live conv=notrunc status=none
touch mnt/snapshots/second
"$SNAPRIG" umount mnt
cp -a one.img two.img
cp -a one.img.snaprig two.img.snaprig
"$SNAPRIG" mount two.img mnt --profile xen --no-coalesce --trust-image
"$SNAPRIG" umount mnt

cat >pool.yaml <<'END'
pool: demo
credentials: { user: root, password: secret }
srs:
  - { name: local, type: ext, coalesce: never }
  - { name: other, type: ext, coalesce: never }
vms:
  - name: web
    power: halted
    disks: [ { name: a, sr: local, image: one.img }, { name: b, sr: other, image: two.img } ]
END

cat >common.py <<'END'
import json
web = pool.vm("web")
a, b = pool.disks(web)

def snapshots(disk):
    """{name in the rig: record} of the snapshots of DISK."""
    key = pool("VDI.get_location", disk)
    found = [pool("VDI.get_record", s) for s in pool("VDI.get_snapshots", disk)]
    names = [s["name"] for s in rig_of("state", key)["snapshots"]]
    assert len(found) == len(names), (found, names)
    return dict(zip(names, found))

def check_tree(disk):
    """The way from each snapshot to the root, by parents, is as long as the rig says."""
    vdis = {v["uuid"]: v for v in pool("VDI.get_all_records").values()}
    mine = snapshots(disk)
    for snapshot in rig_of("state", pool("VDI.get_location", disk))["snapshots"]:
        vdi, depth = mine[snapshot["name"]], 1
        while "vhd-parent" in vdi["sm_config"]:
            vdi, depth = vdis[vdi["sm_config"]["vhd-parent"]], depth + 1
            assert vdi["SR"] == pool("VDI.get_SR", disk)
        assert depth == snapshot["depth"], snapshot["name"]

def check():
    check_tree(a)
    check_tree(b)
    uuids = [v["uuid"] for v in pool("VDI.get_all_records").values()]
    assert len(set(uuids)) == len(uuids)
    check_references(pool)
END

life()
{
	xapi_start pool.yaml --state state
	{
		cat common.py
		cat
	} | xapi_python
	kill -9 "$xapi_pid"
	wait "$xapi_pid" 2>/dev/null || true
}

life <<'END'
assert list(snapshots(a)) == list(snapshots(b)) == ["first", "second"]
assert snapshots(a)["first"]["uuid"] == "first" != snapshots(b)["first"]["uuid"]
# One that is named like one of the other rig, while both are served.
snaprig("snapshot", "create", "state/mnt/web.a", "third")
until(lambda: len(pool("VDI.get_snapshots", a)) == 3)
write("state", "web.b", 0, 4096, 3)
snaprig("snapshot", "create", "state/mnt/web.b", "third")
until(lambda: len(pool("VDI.get_snapshots", b)) == 3)
check()
for disk in a, b:
    for name, record in snapshots(disk).items():
        pool("VDI.set_name_label", pool("VDI.get_by_uuid", record["uuid"]),
             pool("VDI.get_location", disk) + " " + name)
# The second disk's is read, and goes; the first one's stays.
new = pool("Async.VDI.copy", pool("VDI.get_by_name_label", "web.b third")[0], pool.sr("local"))
with open("state/mnt/%s/live" % pool("VDI.get_uuid", new), "rb") as file:
    assert file.read(4096) == b"\3" * 4096
pool("VDI.destroy", new)
pool("VDI.destroy", pool("VDI.get_by_name_label", "web.b second")[0])
assert list(snapshots(a)) == ["first", "second", "third"]
assert list(snapshots(b)) == ["first", "third"]
with open("before.json", "w") as file:
    json.dump([snapshots(a), snapshots(b)], file)
check()
END

# Also when it is the other one that is served first.
sed -i 's/\({ name: a.*one.img }\), \({ name: b.*two.img }\)/\2, \1/' pool.yaml
grep -q 'two.img }, .*one.img' pool.yaml || fail "they are not turned round"
life <<'END'
with open("before.json") as file:
    before = json.load(file)
assert [snapshots(a), snapshots(b)] == before
check()
pool("VDI.destroy", pool("VDI.get_by_name_label", "web.a first")[0])
assert list(snapshots(a)) == ["second", "third"]
assert list(snapshots(b)) == ["first", "third"]
check()
END
