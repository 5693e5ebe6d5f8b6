#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# POOL.yaml is another one when it is served again: disks leave and come back, lie on another SR,
# and nothing that was on them is lost.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_pool.sh"

# pool_yaml SR [DISK...] - of the VM web.
pool_yaml()
{
	cat >pool.yaml <<-END
		pool: ${name:-demo}
		credentials: { user: root, password: secret }
		seed: ${seed:-5}
		srs: [ $srs ]
		$hosts
		vms:
		  - name: web
		    power: halted
		    disks: [ { name: a, sr: $1, size: 4MiB }${2:+, $2} ]
	END
}

life()
{
	xapi_start pool.yaml --state state
	{
		cat common.py
		cat
	} | xapi_python
	xapi_stop
}

cat >common.py <<'END'
def content(key, view="live"):
    with open("state/mnt/%s/%s" % (key, view), "rb") as file:
        return file.read()

web = pool.vm("web")
END

# What could not be served at first is no disk that a client has destroyed.
srs='{ name: local, type: ext, coalesce: never }' hosts=
mkdir mnt
"$SNAPRIG" create held.img --size 4MiB
"$SNAPRIG" mount held.img mnt
pool_yaml local '{ name: held, sr: local, image: held.img }'
code=0
"$SNAPRIG" xapi serve pool.yaml --state state >out 2>err || code=$?
[ "$code" = 4 ] || fail "with an image that is mounted it ended with $code"
"$SNAPRIG" umount mnt
life <<'END'
assert len(pool("VM.get_VBDs", web)) == 2
END
rm -r state

both='{ name: local, type: ext, coalesce: never }, { name: other, type: nfs, coalesce: never }'
second='{ name: b, sr: other, size: 4MiB }'
srs=$both
pool_yaml local "$second"
life <<'END'
write("state", "web.a", 0, 4 << 20, 7)
write("state", "web.b", 0, 4 << 20, 8)
pool("VM.snapshot", web, "kept")
pool("VBD.destroy", pool("VM.get_VBDs", web)[0])
made = pool("VDI.create", {"name_label": "made", "SR": pool.sr("other"), "virtual_size": 4 << 20})
write("state", pool("VDI.get_uuid", made), 0, 4 << 20, 9)
pool("VDI.snapshot", made, {})
END

# The disk b goes, and with it the SR of what a client made; the disk a stays out of the VM.
srs='{ name: local, type: ext, coalesce: never }'
pool_yaml local
life <<'END'
assert os.listdir("state/mnt") == ["web.a"]
assert pool("VM.get_VBDs", web) == [], "a VBD that was destroyed is there again"
assert content("web.a") == b"\7" * (4 << 20)
check_references(pool)
END

# They come back.  The disk a lies on the other SR now, which is smaller; the pool has another name.
srs=$(echo "$both" | sed 's/type: nfs,/type: nfs, capacity: 512MiB,/') seed=6 name=other
hosts='hosts: [ { name: new } ]'
pool_yaml other "$second"
life <<'END'
made, = [v for v in pool("VDI.get_by_name_label", "made")
         if not pool("VDI.get_is_a_snapshot", v)]
assert content(pool("VDI.get_uuid", made)) == b"\t" * (4 << 20)
assert len(pool("VDI.get_snapshots", made)) == 1
assert content("web.a") == b"\7" * (4 << 20) and content("web.b") == b"\x08" * (4 << 20)
assert len(pool("pool.get_all")) == 1
host, = pool("host.get_all")
assert pool("host.get_name_label", host) == "new"
assert pool("pool.get_master", pool("pool.get_all")[0]) == host
assert pool("SR.get_physical_size", pool.sr("other")) == 512 << 20
vdis = pool("VDI.get_all_records").values()
assert all(v["SR"] == pool.sr("other") for v in vdis), vdis
assert len([v for v in vdis if v["is_a_snapshot"]]) == 3, vdis
assert len(pool("VM.get_snapshots", web)) == 1
check_references(pool)
for key in "web.a", "web.b", pool("VDI.get_uuid", made):
    leaf, = [r for r, v in pool("VDI.get_all_records").items() if v["location"] == key]
    check_rig(pool, "state", key, leaf)

# What has been destroyed does not come back, in whatever way the file changes.
for snapshot in [v for v in vdis if v["is_a_snapshot"]]:
    pool("VDI.destroy", pool("VDI.get_by_uuid", snapshot["uuid"]))
for leaf in [v for v in vdis if v["location"] in ("web.a", "web.b")]:
    pool("VDI.destroy", pool("VDI.get_by_uuid", leaf["uuid"]))
END
pool_yaml other
life <<'END'
assert len(pool("VDI.get_all")) == 2, "the one that was made, and its base copy"
END
pool_yaml local "$second"
life <<'END'
assert len(pool("VDI.get_all")) == 2
assert pool("VM.get_VBDs", web) == []
assert len(os.listdir("state/mnt")) == 1
END

# An image that has gone is not made anew.
rm state/disks/*.img
pool_yaml local "$second, { name: c, sr: local, size: 4MiB }"
life </dev/null
rm state/disks/web.c.img
code=0
"$SNAPRIG" xapi serve pool.yaml --state state >out 2>err || code=$?
[ "$code" = 4 ] || fail "without an image it ended with $code"
grep -qx "snaprig: image 'state/disks/web.c.img' of disk 'web.c' is missing" err ||
	fail "$(cat err)"
