# SPDX-License-Identifier: Apache-2.0
"""Other programs that do what the rig does, under the same jobs.

Each is started for a measurement, and ended after it.  If this machine lacks something that a peer
needs, the peer is Unavailable, with the reason.
"""
import contextlib
import os
import shutil
import subprocess
import time

from rig import Process
from volumes import CHAIN_SHARE
from work import MIB, Failure, Unavailable, output_of

WAIT_SECONDS = 20


def needs(*programs):
    for program in programs:
        if not shutil.which(program):
            raise Unavailable("'%s' is missing" % program)


def wait_until(is_so, what):
    end = time.monotonic() + WAIT_SECONDS
    while not is_so():
        if time.monotonic() > end:
            raise Unavailable(what)
        time.sleep(0.02)


class Peer:
    def __init__(self, work, volumes, fio):
        self.work, self.volumes, self.fio = work, volumes, fio
        self.image = work.path(self.name + ".img")

    def copy(self):
        """Makes the copy once: what is written to it stays."""
        if not os.path.exists(self.image):
            self.volumes.filler.copy(self.volumes.raw(), self.image, self.volumes.length)
        return self.image

    def run(self, job, path, length=None, pid=None):
        process = Process(pid) if pid else None
        return self.fio.run(job, "%s.%s" % (job, self.name), path,
                            length or self.volumes.length, process)


class QemuStorageDaemon(Peer):
    """A raw image through its FUSE export; copy-before-write, and the view of a snapshot."""
    name = "qemu-storage-daemon"
    jobs = ("randread-4k", "randwrite-4k", "seqread-1m", "seqwrite-1m", "latency-4k",
            "latency-write-4k", "first-writes-4k", "view-4k", "view-1m")

    def check(self):
        needs("qemu-storage-daemon", "qemu-img")

    @contextlib.contextmanager
    def served(self, exports, *more):
        pid_file = self.work.path("qsd.pid")
        for export in exports:
            open(self.work.path(export), "a").close()
            self.work.started("fuse", self.work.path(export))
        output_of("qemu-storage-daemon", "--daemonize", "--pidfile", pid_file, "--blockdev",
                  "driver=file,node-name=file,aio=io_uring,cache.direct=%s,filename=%s" % (
                      "on" if self.fio.direct else "off", self.copy()),
                  "--blockdev", "driver=raw,node-name=source,file=file", *more)
        with open(pid_file) as file:
            pid = int(file.read())
        self.work.started("process", pid)
        try:
            yield pid
        finally:
            os.kill(pid, 15)
            wait_until(lambda: not os.path.exists("/proc/%d" % pid), "it does not end")

    def live(self):
        return self.served(("qsd-live",), "--export", "type=fuse,id=live,node-name=source,"
                           "writable=on,mountpoint=" + self.work.path("qsd-live"))

    def snapshot(self):
        old = self.work.path("qsd.qcow2")
        if os.path.exists(old):
            os.unlink(old)
        output_of("qemu-img", "create", "-q", "-f", "qcow2", old, str(self.volumes.length))
        return self.served(
            ("qsd-live", "qsd-view"), "--blockdev",
            "driver=qcow2,node-name=old,file.driver=file,file.aio=io_uring,file.cache.direct=%s,"
            "file.filename=%s" % ("on" if self.fio.direct else "off", old),
            "--blockdev", "driver=copy-before-write,node-name=cow,file=source,target=old,"
            "on-cbw-error=break-snapshot,cbw-timeout=45",
            "--blockdev", "driver=snapshot-access,node-name=view,file=cow", "--export",
            "type=fuse,id=live,node-name=cow,writable=on,mountpoint=" + self.work.path("qsd-live"),
            "--export", "type=fuse,id=view,node-name=view,mountpoint=" +
            self.work.path("qsd-view"))

    def measure(self, job):
        live, view = self.work.path("qsd-live"), self.work.path("qsd-view")
        if job not in ("first-writes-4k", "view-4k", "view-1m"):
            with self.live() as pid:
                return self.run(job, live, pid=pid)
        with self.snapshot() as pid:
            if job == "first-writes-4k":
                return self.run(job, live, pid=pid)
            if job == "view-4k":
                self.run("first-writes-4k", live)
                return self.run(job, view, pid=pid)
            # It preserves 64 KiB for a block, so fewer blocks are written, to preserve as much.
            half = self.volumes.half
            self.fio.run("scatter-64k", "scatter.qsd", live, half,
                         io_bytes=half * CHAIN_SHARE // 100 // MIB * MIB)
            return self.run(job, view, half, pid)


class Nbdkit(Peer):
    """nbdkit's cow filter, which stores writes separately, mounted by nbdfuse."""
    name = "nbdkit"
    jobs = ("randread-4k", "randwrite-4k", "first-writes-4k")

    def check(self):
        needs("nbdkit", "nbdfuse")

    @contextlib.contextmanager
    def served(self):
        socket, folder = self.work.path("nbd.sock"), self.work.make_folder("nbd")
        path = os.path.join(folder, "nbd")
        # The previous server leaves it.
        if os.path.exists(socket):
            os.unlink(socket)
        environment = dict(os.environ, TMPDIR=self.work.folder)
        server = subprocess.Popen(["nbdkit", "--foreground", "--exit-with-parent", "-U", socket,
                                   "--filter=cow", "file", self.copy()], env=environment,
                                  stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.work.started("process", server.pid)
        mount = None
        try:
            wait_until(lambda: os.path.exists(socket), "nbdkit does not serve")
            self.work.started("fuse", folder)
            mount = subprocess.Popen(["nbdfuse", folder, "nbd+unix:///?socket=" + socket],
                                     stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.work.started("process", mount.pid)
            wait_until(lambda: os.path.exists(path), "nbdfuse does not mount")
            yield path
        finally:
            for process in filter(None, (mount, server)):
                process.terminate()
                process.wait()
            wait_until(lambda: not os.path.ismount(folder), "nbdfuse does not unmount")

    def measure(self, job):
        with self.served() as path:
            return self.run(job, path)


class XfsReflink(Peer):
    """A file of XFS on a loop device, with its reflink as the snapshot."""
    name = "xfs-reflink"
    jobs = ("randread-4k", "randwrite-4k", "first-writes-4k", "view-4k")
    # The minimum of mkfs.xfs.
    BYTES_MIN = 320 * MIB

    def check(self):
        needs("mkfs.xfs", "losetup", "mount", "cp")
        if os.geteuid() != 0:
            raise Unavailable("needs root")

    def mounted(self):
        folder = self.work.path("xfs")
        if os.path.isdir(folder):
            return folder
        disk = self.work.path("xfs.disk")
        # A file, its changed blocks, and the next copy.
        length = max(self.BYTES_MIN, 3 * self.volumes.length + 64 * MIB)
        output_of("truncate", "-s", str(length), disk)
        self.work.started("disk", folder)
        try:
            output_of("mkfs.xfs", "-q", "-K", "-m", "reflink=1", disk)
            loop = output_of("timeout", "20", "losetup", "--find", "--show", "--direct-io=" + (
                "on" if self.fio.direct else "off"), disk).strip()
        except Failure as failure:
            raise Unavailable(str(failure))
        try:
            self.work.make_folder("xfs")
            output_of("mount", "-t", "xfs", loop, folder)
        except Failure as failure:
            os.rmdir(folder)
            raise Unavailable(str(failure))
        finally:
            # Detached when the file system is unmounted.
            output_of("losetup", "--detach", loop)
        return folder

    def measure(self, job):
        folder = self.mounted()
        live, view = os.path.join(folder, "live"), os.path.join(folder, "view")
        # A reflink fragments the files permanently, so each job begins with a new file.
        for path in (live, view):
            if os.path.exists(path):
                os.unlink(path)
        self.volumes.filler.copy(self.volumes.raw(), live, self.volumes.length)
        if job in ("first-writes-4k", "view-4k"):
            output_of("cp", "--reflink=always", live, view)
            output_of("sync", "-f", folder)
        if job == "view-4k":
            self.run("first-writes-4k", live)
            return self.run(job, view)
        return self.run(job, live)


def add(jobs, work, volumes, fio):
    """Adds the available peers to the targets of JOBS; returns [{what, why}] of the others."""
    skipped = []
    for kind in (QemuStorageDaemon, Nbdkit, XfsReflink):
        peer = kind(work, volumes, fio)
        try:
            peer.check()
        except Unavailable as reason:
            skipped.append({"what": peer.name, "why": str(reason)})
            continue
        for job in jobs:
            if job.name in peer.jobs:
                job.targets[peer.name] = lambda peer=peer, job=job: peer.measure(job.name)
    return skipped
