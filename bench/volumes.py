# SPDX-License-Identifier: Apache-2.0
"""The volumes on which jobs are measured, made when the first job asks for them.

They stay mounted for all rounds: an idle volume costs nothing.
"""
import os

from rig import Rig
from work import MIB, Failure, output_of

# Shares that are preserved, from the oldest snapshot to the newest: what is written after a
# snapshot is preserved in all older ones, too.
SHARES = (50, 25, 10, 0)
CHAIN_SHARE = 25
MANY = 1000
DEPTHS = {"image": 0, "one-node": 1, "depth-8": 7, "depth-29": 28}  # nodes above the image


class Volumes:
    def __init__(self, work, fio, filler, length):
        self.work, self.fio, self.filler = work, fio, filler
        self.length = length  # of the volume on which most is measured
        self.half = length // 2 // MIB * MIB  # of volumes of which there are several
        self.scattered_blocks = 4 * length // 4096  # preserved in scattered()
        self.made = {}

    def path_of(self, name, make):
        if name not in self.made:
            make(name)
            self.made[name] = self.work.path(name + ".img")
        return self.made[name]

    def raw(self):
        return self.path_of("raw", lambda name: self.filler.random_file(
            self.work.path(name + ".img"), self.length))

    def rig_of(self, name, make):
        if name not in self.made:
            self.made[name] = make(name)
        return self.made[name]

    def mount_copy(self, name, length, *options):
        self.filler.copy(self.raw(), self.work.path(name + ".img"), length)
        return Rig(self.work, name, *options)

    def plain(self):
        """A volume that has snapshots only during a job."""
        return self.rig_of("plain", lambda name: self.mount_copy(name, self.length))

    def many(self, length):
        """MANY snapshots, in all of which the first LENGTH bytes are preserved."""
        def make(name):
            rig = self.mount_copy(name, 8 * MIB)
            for number in range(MANY):
                rig.take("m%d" % number)
            self.fio.run("scatter-4k", "preserve", rig.live, length, io_bytes=length)
            rig.check_snapshots()
            return rig
        return self.rig_of("many", make)

    def chain(self):
        """A chain that is only merged on request."""
        return self.rig_of("chain", lambda name: self.mount_copy(
            name, self.half, "--profile", "xen", "--no-coalesce"))

    def scatter(self, rig, share, kind):
        """Overwrites SHARE (0 to 1) of the blocks, in runs of KIND."""
        unit = MIB if kind == "1m" else 4096
        io_bytes = round(self.half * share) // unit * unit
        if io_bytes:
            self.fio.run("scatter-" + kind, "scatter", rig.live, self.half, io_bytes=io_bytes)

    def views(self, kind):
        """Snapshots p50, p25, p10 and p0, of which that percentage is preserved in runs of KIND."""
        def make(name):
            rig = self.mount_copy(name, self.half)
            for share, newer in zip(SHARES, SHARES[1:] + (None,)):
                rig.take("p%d" % share)
                if newer is not None:
                    # Blocks that later writes hit again count once.
                    self.scatter(rig, (share - newer) / (100 - newer), kind)
            return rig
        return self.rig_of("views-" + kind, make)

    def depth(self, which):
        """A chain whose snapshot "view" consists of the image alone, or of a share of the blocks in
        each of several nodes above it, too."""
        def make(name):
            rig = self.mount_copy(name, self.half, "--profile", "xen", "--no-coalesce")
            nodes = DEPTHS[which]
            for node in range(nodes):
                rig.take("s%d" % node)
                self.scatter(rig, CHAIN_SHARE / 100 / nodes, "4k")
            rig.take("view")
            self.check_nodes(rig, nodes)
            return rig
        return self.rig_of(which, make)

    @staticmethod
    def check_nodes(rig, nodes):
        """If each node had the same blocks, everything would be found in the leaf."""
        if nodes < 2:
            return
        changed = [sum(int(line.split()[1]) for line in
                       rig.run("snapshot", "changed", None, "s%d" % node).splitlines())
                   for node in (0, nodes - 1)]
        if changed[0] < nodes / 3 * changed[1]:
            raise Failure("the nodes of '%s' have the same blocks" % rig.mnt)

    def sparse(self, name, size):
        def make(_):
            output_of(self.work.program, "create", self.work.path(name + ".img"), "--size", size)
            return Rig(self.work, name)
        return self.rig_of(name, make)

    def scattered(self):
        """1 TiB in memory: a disk takes minutes to free blocks that are so far apart."""
        def make(name):
            image = os.path.join(self.work.in_memory(5 * self.length), name + ".img")
            output_of(self.work.program, "create", image, "--size", "1TiB")
            return Rig(self.work, name, image=image)
        return self.rig_of("scattered", make)

    def umount(self):
        for rig in list(self.made.values()):
            if isinstance(rig, Rig):
                rig.umount()
