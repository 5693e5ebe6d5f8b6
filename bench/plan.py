# SPDX-License-Identifier: Apache-2.0
"""Jobs in which something happens once: what it takes, and what it does to others."""
import statistics
import threading
import time

from loads import SNAPSHOTS, Job, Loads
from work import MIB, Failure


# Until then nothing is disturbed.
WRITES_BEFORE = 100


class Plan(Loads):
    """All jobs, as functions of what they are measured with."""

    def while_doing(self, target, rig, act):
        """The sample of single writes to RIG while ACT runs beside them."""
        job = "disturbed-4k"
        label = "%s.%s" % (job, target)
        writes = rig.writes()
        process = self.fio.start(job, rig.live, self.volumes.length)
        failed = []

        def beside():
            try:
                # fio's own start takes a while.
                while process.poll() is None and rig.writes() < writes + WRITES_BEFORE:
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
            def act(is_running):
                with open(rig.snapshot("bench"), "rb", buffering=0) as file:
                    while is_running():
                        if not file.read(MIB):
                            file.seek(0)
            return self.while_doing("backup-reads", rig, act)

        def hang(rig):
            def act(is_running):
                # Beyond what is written: one read of the last block hangs until it is let go.
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

        yield Job("disturbed-4k", {
            "undisturbed": lambda: self.while_doing("undisturbed", self.volumes.plain(),
                                                    lambda _: None),
            "snapshot-taken": lambda: snapshots(self.volumes.plain()),
            "store-deleted": lambda: store(self.volumes.plain()),
            "leaf-merged": self.leaf_merged,
            "backup-reads": self.under(["bench"], backup),
            "request-hangs": lambda: hang(self.volumes.plain()),
        }, unit="us, p99", figure="p99_us", room=2)

    def fill_node(self, rig, kind, io_bytes):
        """A node of so many bytes that can be merged into the image."""
        rig.take("a")
        self.fio.run("scatter-" + kind, "fill", rig.live, self.volumes.half, io_bytes=io_bytes)
        rig.take("b")
        rig.delete("a")

    def leaf_merged(self):
        rig = self.volumes.chain()
        rig.take("a")
        self.fio.run("scatter-1m", "fill", rig.live, self.volumes.half,
                     io_bytes=self.volumes.half // 2 // MIB * MIB)
        rig.delete("a")
        sample = self.while_doing("leaf-merged", rig, lambda _: rig.run("coalesce", None,
                                                                        "--wait"))
        rig.run("coalesce", None, "--wait")
        return sample

    def coalesce(self):
        def merged(kind, share):
            def measure():
                rig = self.volumes.chain()
                length = round(self.volumes.half * share) // MIB * MIB
                self.fill_node(rig, kind, length)
                begun = time.monotonic()
                rig.run("coalesce", None, "--wait")
                seconds = time.monotonic() - begun
                rig.delete("b")
                rig.run("coalesce", None, "--wait")
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

    def map_memory(self):
        def preserved(rig, io_bytes):
            self.fio.run("scatter-4k", "map-memory", rig.live, 1 << 40, io_bytes=io_bytes)
            return (rig.status()["counters"]["blocks_preserved"], rig.resident_bytes())

        def measure():
            rig = self.volumes.scattered()
            rig.take("s")
            few = preserved(rig, self.volumes.length // 5 * 2)
            many = preserved(rig, self.volumes.length // 5 * 4)
            return {"bytes_per_block": (many[1] - few[1]) / max(many[0] - few[0], 1)}
        yield Job("map-memory", {"of-1TiB": measure},
                  "Blocks are preserved at random places of 1 TiB: by how much the rig's resident "
                  "memory grows with each, once there are some.", unit="bytes",
                  figure="bytes_per_block", once=True)

    def jobs(self):
        for make in (super().jobs, self.disturbed, self.coalesce, self.snapshot_time,
                     self.map_memory):
            yield from make()
