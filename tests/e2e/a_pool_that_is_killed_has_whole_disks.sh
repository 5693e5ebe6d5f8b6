#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A server that is killed while a disk goes or comes: the next one has the disk with its last byte,
# or has not got it, and nothing of it is left.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_pool.sh"

cat >pool.yaml <<'END'
pool: demo
credentials: { user: root, password: secret }
srs: [ { name: local, type: ext, coalesce: never } ]
vms:
  - { name: web, power: halted, disks: [ { name: a, sr: local, size: 4MiB } ] }
  - { name: db, power: halted, disks: [ { name: a, sr: local, size: 4MiB } ] }
END

cat >common.py <<'END'
import signal
import threading

SERVER = int(os.environ["SERVER"])
LOCAL = pool.sr("local")
PART = "state/pool.json.part"

def waits_at_fifo():
    """Whether somebody stands at one end of a FIFO, and nobody at the other."""
    for task in os.listdir("/proc/%d/task" % SERVER):
        with open("/proc/%d/task/%s/wchan" % (SERVER, task)) as file:
            if "wait_for_partner" in file.read():
                return True
    return False

def begin(*call):
    """CALL is under way when this returns, and nobody waits for it."""
    def silent():
        try:
            pool.plain(call[0], pool.session, *call[1:])
        except (OSError, http.client.HTTPException):
            pass
    threading.Thread(target=silent, daemon=True).start()

def kill_server():
    os.kill(SERVER, 9)
    until(lambda: not os.path.exists("/proc/%d/fd/0" % SERVER))

def killed_before_it_saves(*call):
    """What CALL has done is done, but in the records that are kept."""
    os.mkfifo(PART)
    begin(*call)
    until(waits_at_fifo)
    kill_server()
    os.unlink(PART)

def stat_of(process):
    """Its name and its parent."""
    try:
        with open("/proc/%d/stat" % process) as file:
            name, rest = file.read().split("(", 1)[1].rsplit(")", 1)
            return name, int(rest.split()[1])
    except OSError:
        return "", 0

def waiter_in(rig):
    """The process in the mount of RIG that waits for the end of its server."""
    wanted = ("cat", stat_of(rig)[1])
    return [p for p in map(int, filter(str.isdigit, os.listdir("/proc")))
            if stat_of(p) == wanted][0]

def killed_when_it_has_saved(key, *call):
    """CALL waits for the rig of the disk KEY to end, which is in the records no more."""
    waiter = waiter_in(rig_pid("state", key))
    os.kill(waiter, signal.SIGSTOP)
    begin(*call)
    until(lambda: '"disk %s"' % key not in open("state/pool.json").read())
    assert os.path.exists("state/disks/%s.img" % key)
    kill_server()
    os.kill(waiter, signal.SIGCONT)

def content(key, view="live"):
    with open("state/mnt/%s/%s" % (key, view), "rb") as file:
        return file.read()

def images():
    """What lies beside the images that belong to disks."""
    keys = {v["location"] for v in pool("VDI.get_all_records").values()
            if v["managed"] and not v["is_a_snapshot"]}
    wanted = {key + end for key in keys for end in (".img", ".img.snaprig")}
    return set(os.listdir("state/disks")) - wanted
END

# life NAME - the server lives through the lines of its input, or is killed by them.
life()
{
	xapi_start pool.yaml --state state
	export SERVER="$xapi_pid"
	{
		cat common.py
		cat
	} | xapi_python
	kill -9 "$xapi_pid" 2>/dev/null || true
	wait "$xapi_pid" 2>/dev/null || true
}

# Destroyed in the rigs, and not yet in the records: it is there, with what was on it.
life <<'END'
write("state", "web.a", 0, 4 << 20, 7)
killed_before_it_saves("VDI.destroy", pool.disks(pool.vm("web"))[0])
END
life <<'END'
assert content("web.a") == b"\7" * (4 << 20)
assert len(pool("VM.get_VBDs", pool.vm("web"))) == 1
# In the records, and not in the rigs yet: it is gone.
killed_when_it_has_saved("web.a", "VDI.destroy", pool.disks(pool.vm("web"))[0])
END
life <<'END'
assert pool("VM.get_VBDs", pool.vm("web")) == []
assert not os.path.exists("state/mnt/web.a")
assert images() == set(), images()
check_references(pool)
# One that was being made, and nobody was told of.
killed_before_it_saves("VDI.create", {"name_label": "new", "SR": LOCAL, "virtual_size": 4 << 20})
END
life <<'END'
assert [v for v in pool("VDI.get_all_records").values() if v["name_label"] == "new"] == []
assert images() == set(), images()
# One whose leaf was destroyed, and whose snapshot is left.
new = pool("VDI.create", {"name_label": "new", "SR": LOCAL, "virtual_size": 4 << 20})
key = pool("VDI.get_uuid", new)
write("state", key, 0, 1 << 20, 5)
kept = pool("VDI.snapshot", new, {})
pool("VDI.add_to_other_config", kept, "who", "me")
pool("VDI.set_name_label", kept, "kept")
pool("VDI.destroy", new)
END
life <<'END'
kept = pool("VDI.get_by_name_label", "kept")[0]
record = pool("VDI.get_record", kept)
assert record["is_a_snapshot"] and record["other_config"] == {"who": "me"}
key = os.listdir("state/mnt")
key = [name for name in key if name != "db.a"][0]
assert content(key, "snapshots/" + record["uuid"])[:1 << 20] == b"\5" * (1 << 20)
pool("VDI.destroy", kept)
assert os.listdir("state/mnt") == ["db.a"]
assert images() == set(), images()
# A disk that moves is in one place.
write("state", "db.a", 0, 4 << 20, 3)
killed_before_it_saves("VDI.pool_migrate", pool.disks(pool.vm("db"))[0], LOCAL, {})
END
life <<'END'
assert len(pool.disks(pool.vm("db"))) == 1
assert content("db.a") == b"\3" * (4 << 20)
assert images() == set(), images()
check_references(pool)
killed_when_it_has_saved("db.a", "VDI.pool_migrate", pool.disks(pool.vm("db"))[0], LOCAL, {})
END
life <<'END'
disk, = pool.disks(pool.vm("db"))
assert content(pool("VDI.get_location", disk)) == b"\3" * (4 << 20)
assert len(pool("VDI.get_all")) == 1
assert images() == set(), images()
check_references(pool)
END
