# SPDX-License-Identifier: Apache-2.0
"""A client of a pool for tests: makes calls by JSON-RPC, and waits for tasks."""
import http.client
import json
import os
import socket
import subprocess
import sys
import time


class Failure(Exception):
    """A call or a task that failed: code and params."""

    def __init__(self, code, params):
        super().__init__("%s(%s)" % (code, ", ".join(params)))
        self.code = code
        self.params = params


class Pool:
    def __init__(self, url=None, user="root", password="secret"):
        self.address = (url or os.environ["XAPI_URL"]).split("//")[1]
        self.session = self.plain("session.login_with_password", user, password)

    def plain(self, method, *params):
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, "id": 0})
        connection = http.client.HTTPConnection(self.address, timeout=60)
        connection.request("POST", "/jsonrpc", body)
        answer = json.loads(connection.getresponse().read())
        connection.close()
        if "error" in answer:
            raise Failure(answer["error"]["message"], answer["error"].get("data", []))
        return answer["result"]

    def __call__(self, method, *params):
        result = self.plain(method, self.session, *params)
        return self.wait(result) if method.startswith("Async.") else result

    def wait(self, task, seconds=60):
        end = time.monotonic() + seconds
        while True:
            record = self("task.get_record", task)
            if record["status"] != "pending":
                break
            if time.monotonic() > end:
                raise AssertionError("task %s is pending" % record["name_label"])
            time.sleep(0.01)
        self("task.destroy", task)
        if record["status"] != "success":
            raise Failure(record["error_info"][0], record["error_info"][1:])
        return record["result"].replace("<value>", "").replace("</value>", "")

    def fails(self, wanted, method, *params):
        """METHOD must fail with WANTED: "CODE(p1, p2)"."""
        try:
            self(method, *params)
        except Failure as failure:
            assert str(failure) == wanted, "%s: %s" % (method, failure)
            return
        raise AssertionError("%s has not failed" % method)

    def vm(self, name):
        found = [r for r, v in self("VM.get_all_records").items() if v["name_label"] == name]
        assert len(found) == 1, (name, found)
        return found[0]

    def sr(self, name):
        return [r for r, v in self("SR.get_all_records").items() if v["name_label"] == name][0]

    def disks(self, vm):
        """The VDIs of VM, in the order of its VBDs."""
        return [self("VBD.get_VDI", vbd) for vbd in self("VM.get_VBDs", vm)]

    def destroy(self, vm):
        """Destroys VM with its disks, like Xen Orchestra destroys a snapshot."""
        disks = self.disks(vm)
        self("Async.VM.destroy", vm)
        for disk in disks:
            self("Async.VDI.destroy", disk)


def check_references(pool, tries=5):
    """Checks that references between records are mutual."""
    for left in reversed(range(tries)):
        try:
            refer_to_each_other(pool)
            return
        except (AssertionError, KeyError):
            # A merge may end between two of the calls.
            if left == 0:
                raise
            time.sleep(0.2)


def refer_to_each_other(pool):
    vms, vbds = pool("VM.get_all_records"), pool("VBD.get_all_records")
    vdis, srs = pool("VDI.get_all_records"), pool("SR.get_all_records")
    null = "OpaqueRef:NULL"
    for ref, vbd in vbds.items():
        assert ref in vms[vbd["VM"]]["VBDs"], ref
        assert vbd["VDI"] == null or ref in vdis[vbd["VDI"]]["VBDs"], ref
    for ref, vm in vms.items():
        assert all(vbds[v]["VM"] == ref for v in vm["VBDs"])
        assert all(vms[s]["snapshot_of"] == ref for s in vm["snapshots"])
        assert vm["snapshot_of"] == null or ref in vms[vm["snapshot_of"]]["snapshots"]
    for ref, vdi in vdis.items():
        assert ref in srs[vdi["SR"]]["VDIs"], ref
        assert all(vbds[v]["VDI"] == ref for v in vdi["VBDs"])
        assert all(vdis[s]["snapshot_of"] == ref for s in vdi["snapshots"])
        assert vdi["snapshot_of"] == null or ref in vdis[vdi["snapshot_of"]]["snapshots"]
    for ref, sr in srs.items():
        assert all(vdis[v]["SR"] == ref for v in sr["VDIs"])
        assert len(set(sr["VDIs"])) == len(sr["VDIs"])


def rig_of(state, key):
    with open("%s/mnt/%s/.snaprig/status.json" % (state, key)) as file:
        return json.load(file)


def rig_pid(state, key):
    """The process that serves the disk KEY."""
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect("%s/mnt/%s/.snaprig/control" % (state, key))
        peer.sendall(b'{"command": "ping"}\n')
        return json.loads(peer.makefile().readline())["result"]["pid"]


def check_rig(pool, state, key, leaf):
    """The records of the disk KEY, whose leaf is the VDI LEAF, agree with its rig."""
    rig = rig_of(state, key)
    vdis = {v["uuid"]: v for v in pool("VDI.get_all_records").values()}
    parents = {s["name"]: s["parent"] for s in rig["snapshots"]}
    base_copies = {n["uuid"]: n["parent"] for n in rig["nodes"] if n["hidden"]}
    live = [n for n in rig["nodes"] if n["role"] == "live"][0]
    for uuid, parent in parents.items():
        vdi = vdis[uuid]
        assert vdi["is_a_snapshot"] and vdi["managed"] and vdi["snapshot_of"] == leaf, uuid
        assert vdi["sm_config"].get("vhd-parent") == parent, uuid
    for uuid, parent in base_copies.items():
        vdi = vdis[uuid]
        assert not vdi["managed"] and vdi["name_label"] == "base copy", uuid
        assert vdi["sm_config"].get("vhd-parent") == parent, uuid
    assert pool("VDI.get_record", leaf)["sm_config"].get("vhd-parent") == live["parent"]
    assert set(parents) == {v["uuid"] for v in vdis.values() if v["snapshot_of"] == leaf}
    return set(parents) | set(base_copies) | {pool("VDI.get_uuid", leaf)}


def agrees(pool, state, key, leaf):
    """The same for a disk that is being merged, whose records lag a moment behind."""
    try:
        check_rig(pool, state, key, leaf)
        return True
    except (AssertionError, KeyError):
        return False


def write(state, key, offset, length, byte=None):
    """Writes random bytes, or the byte BYTE, to the live view of the disk KEY."""
    content = os.urandom(length) if byte is None else bytes([byte]) * length
    with open("%s/mnt/%s/live" % (state, key), "r+b", buffering=0) as file:
        file.seek(offset)
        while content:
            content = content[file.write(content):]


def snaprig(*words):
    subprocess.run([os.environ["SNAPRIG"], *words], check=True)


def until(what, seconds=20):
    """Waits until WHAT() is true."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            raise AssertionError("it has not come to it")
        time.sleep(0.02)


if __name__ == "__main__":
    sys.exit("a module for tests")
