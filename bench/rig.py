# SPDX-License-Identifier: Apache-2.0
"""A mounted volume, and what its process has spent."""
import errno
import json
import os
import signal
import socket
import time

from work import Failure, output_of


def pids_with(word):
    """Processes with WORD on their command line."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as file:
                if os.fsencode(word) in file.read().split(b"\0"):
                    yield int(pid)
        except OSError:
            pass


def thread_times(pid):
    """Nanoseconds of CPU time by thread, including the kernel's workers for it."""
    times = {}
    for thread in os.listdir("/proc/%d/task" % pid):
        try:
            with open("/proc/%d/task/%s/schedstat" % (pid, thread)) as file:
                times[thread] = int(file.read().split()[0])
        except OSError:
            pass
    return times


def process_time(pid):
    """Nanoseconds of all its threads, including those that have ended, in whole ticks."""
    with open("/proc/%d/stat" % pid) as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * (10 ** 9 // os.sysconf("SC_CLK_TCK"))


def spent(pid):
    """CPU time, and bytes written to and read from the disk."""
    with open("/proc/%d/io" % pid) as file:
        counts = dict(line.split(": ") for line in file.read().splitlines())
    return {"threads": thread_times(pid), "process_ns": process_time(pid),
            "read_bytes": int(counts["read_bytes"]), "written_bytes": int(counts["write_bytes"])}


def cpu_ns(before, after):
    """In nanoseconds; if a thread has ended, in ticks, because only the process's total includes
    it."""
    if before["threads"].keys() <= after["threads"].keys():
        return sum(after["threads"].values()) - sum(before["threads"].values())
    return after["process_ns"] - before["process_ns"]


def per_operation(before, after, operations):
    if operations == 0:
        return {}
    return {"cpu_us": cpu_ns(before, after) / 1000 / operations,
            "read_bytes": (after["read_bytes"] - before["read_bytes"]) / operations,
            "written_bytes": (after["written_bytes"] - before["written_bytes"]) / operations}


def transfers(before, after, operations):
    """The rig's requests to its files, per operation, from `io` of its status."""
    figures = {}
    for kind in ("reads", "writes") if operations else ():
        count = sum(after[part][kind] - before[part][kind] for part in ("image", "stores"))
        figures["file_" + kind] = count / operations
    return figures


class Process:
    """The process behind another mount, about which only the kernel reports."""

    def __init__(self, pid):
        self.pid = pid

    @staticmethod
    def io():
        return None


class Rig:
    """The volume NAME, mounted in the folder of WORK; its IMAGE is there, too, or elsewhere."""

    def __init__(self, work, name, *options, image=None):
        self.work, self.name = work, name
        self.image = image or work.path(name + ".img")
        self.mnt = work.make_folder(name)
        self.live = os.path.join(self.mnt, "live")
        self.options = options
        work.started("rig", self.mnt)
        self.mount()

    def mount(self):
        """Mounts it; returns the seconds that took."""
        begun = time.monotonic()
        output_of(self.work.program, "mount", self.image, self.mnt, *self.options)
        seconds = time.monotonic() - begun
        pids = list(pids_with(self.image))
        if len(pids) != 1:
            raise Failure("cannot tell which process serves '%s'" % self.mnt)
        self.pid = pids[0]
        return seconds

    def umount(self):
        output_of(self.work.program, "umount", self.mnt)

    def kill(self):
        """Kills it, like a machine that runs out of memory."""
        os.kill(self.pid, signal.SIGKILL)
        while os.path.exists("/proc/%d" % self.pid):
            time.sleep(0.01)

    def snapshot(self, name):
        return os.path.join(self.mnt, "snapshots", name)

    def take(self, name):
        """Takes a snapshot like a user; returns the seconds that took."""
        begun = time.monotonic()
        os.close(os.open(self.snapshot(name), os.O_CREAT | os.O_WRONLY, 0o600))
        return time.monotonic() - begun

    def delete(self, name):
        os.unlink(self.snapshot(name))

    def run(self, *words):
        """Runs `snaprig WORD... MNT ...`; None stands for MNT."""
        return output_of(self.work.program, *[self.mnt if word is None else word
                                              for word in words])

    def ask(self, command):
        """Returns the rig's answer.  It starts no program, which would take CPU time from the
        process being measured."""
        folder = os.open(os.path.join(self.mnt, ".snaprig"), os.O_PATH)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as control:
                # Its path may be too long for a socket address.
                control.connect("/proc/self/fd/%d/control" % folder)
                control.sendall(json.dumps({"id": 1, "command": command}).encode() + b"\n")
                with control.makefile() as lines:
                    answer = json.loads(lines.readline())
        finally:
            os.close(folder)
        if not answer["ok"]:
            raise Failure("%s: %s" % (command, answer["message"]))
        return answer["result"]

    def status(self):
        return self.ask("status")

    def merge(self, every_seconds=0.01):
        """Merges what can be merged.  Polling takes CPU time of the rig being measured."""
        self.ask("coalesce")
        while self.status()["chain"]["coalesce"]["state"] != "idle":
            time.sleep(every_seconds)

    def io(self):
        """The requests to its files so far, from its status."""
        return self.status()["io"]

    def writes(self):
        """The writes to its live view so far."""
        return self.status()["counters"]["live_writes"]

    def check_snapshots(self):
        """A failed snapshot preserves nothing, which would look fast."""
        for snapshot in self.status()["snapshots"]:
            if snapshot["state"] != "active":
                number = getattr(errno, snapshot["error"] or "", None)
                raise Failure("snapshot '%s' has failed while it was measured: %s" % (
                    snapshot["name"], os.strerror(number) if number else snapshot["state"]))

    def resident_bytes(self):
        with open("/proc/%d/status" % self.pid) as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmRSS"))
