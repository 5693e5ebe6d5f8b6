# SPDX-License-Identifier: Apache-2.0
"""Jobs in which something happens once: what that costs, and how it affects others."""
import mmap
import os
import statistics
import threading
import time

from loads import SNAPSHOTS, Job, Loads
from work import MIB, Failure


# Nothing is disturbed or killed before.
WRITES_BEFORE = 100
# As in the job.
DISTURBED_BYTES = 256 << 10

# For each unit of a store, in memory.
CHECKSUM_BYTES = 4


class Plan(Loads):
    """All jobs, as functions of what they are measured with."""

    def while_doing(self, target, rig, act):
        """The sample of single writes to RIG while ACT runs."""
        writes = rig.writes()
        return self.writes_beside(target, rig.live,
                                  lambda: rig.writes() >= writes + WRITES_BEFORE, act)

    def while_doing_raw(self, target, act):
        """The same for the raw file, where only the modification time shows that it was written to.
        """
        path = self.volumes.raw()
        modified = os.stat(path).st_mtime_ns
        return self.writes_beside(target, path,
                                  lambda: os.stat(path).st_mtime_ns != modified, act)

    def writes_beside(self, target, path, have_begun, act):
        job = "disturbed-4k"
        label = "%s.%s" % (job, target)
        process = self.fio.start(job, path, self.volumes.length)
        failed = []

        def beside():
            try:
                # fio takes a while to start.
                while process.poll() is None and not have_begun():
                    time.sleep(0.02)
                act(lambda: process.poll() is None)
            except (Failure, OSError) as error:
                failed.append(error)
        thread = threading.Thread(target=beside)
        thread.start()
        try:
            sample = next(iter(self.fio.finish(process, label).values()))
        finally:
            thread.join()
        if failed:
            raise Failure("%s: %s" % (label, failed[0]))
        return sample

    def reader(self, path):
        """A reader of PATH that reads it repeatedly, like a backup, one MiB after the other."""
        def act(is_running):
            buffer = mmap.mmap(-1, MIB)
            file = os.open(path, os.O_RDONLY | (os.O_DIRECT if self.fio.direct else 0))
            try:
                offset = 0
                while is_running():
                    length = os.preadv(file, [buffer], offset)
                    offset = offset + length if length == MIB else 0
            finally:
                os.close(file)
        return act

    def disturbed(self):
        def snapshots(rig):
            def act(is_running):
                number = 0
                while is_running():
                    rig.take("taken%d" % number)
                    number += 1
                    time.sleep(0.3)
                for taken in range(number):
                    rig.delete("taken%d" % taken)
            return self.while_doing("snapshot-taken", rig, act)

        def store(rig):
            rig.take("going")
            self.fio.run("scatter-1m", "fill", rig.live, self.volumes.length,
                         io_bytes=self.volumes.length // 2 // MIB * MIB)
            return self.while_doing("store-deleted", rig, lambda _: rig.delete("going"))

        def backup(rig):
            return self.while_doing("backup-reads", rig, self.reader(rig.snapshot("bench")))

        def raw_backup():
            return self.while_doing_raw("raw-backup-reads", self.reader(self.volumes.raw()))

        def hang(rig):
            def act(is_running):
                # Beyond what is written: one read of the last block hangs until it is released.
                end = self.volumes.length
                rule = rig.run("fault", "add", None, "live.read hang offset=%d.." % (end - 4096))
                reader = threading.Thread(target=read_last)
                reader.start()
                while is_running():
                    time.sleep(0.02)
                rig.run("fault", "clear", None)
                reader.join()
                return rule

            def read_last():
                with open(rig.live, "rb", buffering=0) as file:
                    file.seek(self.volumes.length - 4096)
                    file.read(4096)
            return self.while_doing("request-hangs", rig, act)

        def many():
            # The rig is not queried: reporting so many snapshots takes a while.
            rig = self.volumes.many(DISTURBED_BYTES)
            return self.run("disturbed-4k", "thousand-snapshots", rig.live, rig=rig)

        yield Job("disturbed-4k", {
            "undisturbed": lambda: self.while_doing("undisturbed", self.volumes.plain(),
                                                    lambda _: None),
            "snapshot-taken": lambda: snapshots(self.volumes.plain()),
            "store-deleted": lambda: store(self.volumes.plain()),
            "leaf-merged": self.leaf_merged,
            "node-merged": self.node_merged,
            "backup-reads": self.under(["bench"], backup),
            "thousand-snapshots": many,
            "request-hangs": lambda: hang(self.volumes.plain()),
            "raw": lambda: self.while_doing_raw("raw", lambda _: None),
            "raw-backup-reads": raw_backup,
        }, unit="us, p99", figure="p99_us", room=2)

    def fill_node(self, rig, kind, io_bytes):
        """Makes a node of this size that can be merged into the image."""
        rig.take("a")
        self.fio.run("scatter-" + kind, "fill", rig.live, self.volumes.half, io_bytes=io_bytes)
        rig.take("b")
        rig.delete("a")

    def leaf_merged(self):
        """From the second time on, its writers wait, because the rig then knows how fast a merge
        is."""
        rig = self.volumes.chain()
        rig.take("a")
        self.fio.run("scatter-1m", "fill", rig.live, self.volumes.half,
                     io_bytes=self.volumes.half // 2 // MIB * MIB)
        rig.delete("a")
        return self.while_doing("leaf-merged", rig, lambda _: rig.merge(0.1))

    def node_merged(self):
        rig = self.volumes.chain()
        self.fill_node(rig, "1m", self.volumes.half // 2 // MIB * MIB)
        sample = self.while_doing("node-merged", rig, lambda _: rig.merge(0.1))
        rig.delete("b")
        rig.merge()
        return sample

    def coalesce(self):
        def merged(kind, share):
            def measure():
                rig = self.volumes.chain()
                length = round(self.volumes.half * share) // MIB * MIB
                self.fill_node(rig, kind, length)
                begun = time.monotonic()
                rig.merge()
                seconds = time.monotonic() - begun
                rig.delete("b")
                rig.merge()
                return {"mb_per_second": length / 1e6 / seconds, "seconds": seconds}
            return measure
        yield Job("coalesce", {"runs": merged("1m", 0.5), "scattered": merged("4k", 0.125)},
                  "A node of a chain is merged into the image: half of the volume in runs of 1 "
                  "MiB, an eighth of it in scattered blocks of 4 KiB.",
                  unit="MB/s", figure="mb_per_second", room=1)

    def snapshot_time(self):
        def taken(name, size):
            def measure():
                rig = self.volumes.sparse(name, size)
                seconds = []
                for number in range(SNAPSHOTS):
                    seconds.append(rig.take("t%d" % number))
                    rig.delete("t%d" % number)
                return {"ms": statistics.median(seconds) * 1000}
            return measure
        yield Job("snapshot-time", {"of-1GiB": taken("small", "1GiB"),
                                    "of-1TiB": taken("large", "1TiB")},
                  "A snapshot is taken of a sparse volume of 1 GiB, and of 1 TiB.",
                  unit="ms", figure="ms")

    def preserve(self, rig, blocks):
        """Preserves about this many blocks, at random places of 1 TiB."""
        if not rig.status()["snapshots"]:
            rig.take("s")
        missing = blocks - rig.status()["snapshots"][0]["store"]["blocks"]
        if missing > 0:
            self.fio.run("scatter-4k", "preserve", rig.live, 1 << 40, io_bytes=missing * 4096)
        store = rig.status()["snapshots"][0]["store"]
        return {"blocks": store["blocks"], "resident": rig.resident_bytes(),
                "checksums": store["file_bytes"] // 4096 * CHECKSUM_BYTES}

    def map_memory(self):
        def measure():
            rig = self.volumes.scattered()
            few = self.preserve(rig, self.volumes.scattered_blocks // 10)
            many = self.preserve(rig, self.volumes.scattered_blocks)
            blocks = max(many["blocks"] - few["blocks"], 1)
            resident, checksums = [(many[what] - few[what]) / blocks
                                   for what in ("resident", "checksums")]
            return {"bytes_per_block": resident - checksums,
                    "checksum_bytes_per_block": checksums}
        yield Job("map-memory", {"of-1TiB": measure},
                  "Blocks are preserved at random places of 1 TiB: by how much the rig's resident "
                  "memory grows with each, once there are some; 4 bytes for each unit of the "
                  "store, which are its checksums, are apart.", unit="bytes",
                  figure="bytes_per_block", once=True)

    def mount_time(self):
        def measure(end):
            def measured():
                rig = self.volumes.scattered()
                self.preserve(rig, self.volumes.scattered_blocks)
                blocks = end(rig)
                return {"us_per_block": rig.mount() * 1e6 / blocks}
            return measured

        def umount(rig):
            blocks = rig.status()["snapshots"][0]["store"]["blocks"]
            rig.umount()
            return blocks

        def kill(rig):
            # What no summary contains yet.
            blocks = self.preserve(rig, rig.status()["snapshots"][0]["store"]["blocks"] +
                                   WRITES_BEFORE)["blocks"]
            rig.kill()
            return blocks
        yield Job("mount-time", {"after-umount": measure(umount), "after-kill": measure(kill)},
                  "A volume with blocks that are preserved at random places of 1 TiB is mounted "
                  "again: the time for each block, the start of the program included.",
                  unit="us", figure="us_per_block")

    def jobs(self):
        for make in (super().jobs, self.disturbed, self.coalesce, self.snapshot_time,
                     self.map_memory, self.mount_time):
            yield from make()
