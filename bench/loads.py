# SPDX-License-Identifier: Apache-2.0
"""What is measured: jobs, each with its targets, which are measured in turn.

A target is a function that returns a sample (fio.py).  The targets of a job do the same work of the
same size, so the ratio of two of them in one round is what counts.
"""
from fio import about, limit
from volumes import DEPTHS
from work import MIB

FIRST_REPEATS = 3
FIRST_COUNT = 4000
SUSTAINED_COUNT = 30000
RULES = 100
SNAPSHOTS = 16


class Job:
    """UNIT is the unit of its value, which is FIGURE of a sample; ONCE: only in the first round.

    ROOM is the space of its files on the disk, in volume sizes, besides the image and the first
    volume.
    """

    def __init__(self, name, targets, shows=None, unit="IOPS", figure="iops", once=False,
                 room=0):
        self.name, self.targets = name, targets
        self.shows = shows or about(name)
        self.unit, self.figure, self.once, self.room = unit, figure, once, room


class Loads:
    """Jobs that are a load, as functions of what they are measured with."""

    def __init__(self, fio, volumes, limit_program):
        self.fio, self.volumes, self.limit_program = fio, volumes, limit_program

    # ---- what several jobs do ----

    def run(self, job, target, path, length=None, rig=None, **more):
        return self.fio.run(job, "%s.%s" % (job, target), path, length or self.volumes.length,
                            rig, **more)

    def raw(self, job, of_half=False):
        return lambda: self.run(job, "raw", self.volumes.raw(),
                                self.volumes.half if of_half else None)

    def live(self, job):
        def measure():
            rig = self.volumes.plain()
            return self.run(job, "snaprig", rig.live, rig=rig)
        return measure

    def limited(self, work, *words, count):
        def measure():
            path = self.volumes.raw()
            blocks = self.volumes.length // 4096
            return limit(self.limit_program, self.fio.disk, work, path,
                         "count=%d" % min(count, blocks), "direct=%d" % self.fio.direct, *words)
        return measure

    def limit_of_first_touch(self, count):
        """The better of a store with one segment in flight and with four."""
        def measure():
            store = "store=" + self.volumes.work.path("limit.store")
            both = [self.limited("first-touch", store, "segments=%d" % segments, count=count)()
                    for segments in (1, 4)]
            return max(both, key=lambda sample: sample["iops"])
        return measure

    def under(self, names, measure):
        """The result of MEASURE on the plain volume while new snapshots NAMES exist."""
        def measured():
            rig = self.volumes.plain()
            for name in names:
                rig.take(name)
            try:
                sample = measure(rig)
                rig.check_snapshots()
                return sample
            finally:
                for name in names:
                    rig.delete(name)
        return measured

    def touch(self, job, target="snaprig"):
        return lambda rig: self.run(job, target, rig.live, rig=rig)

    @staticmethod
    def repeated(measure):
        """The median of several samples, by rate: each takes only a tenth of a second."""
        def measured():
            samples = sorted((measure() for _ in range(FIRST_REPEATS)),
                             key=lambda sample: sample["iops"])
            return samples[FIRST_REPEATS // 2]
        return measured

    # ---- the jobs ----

    def basic(self):
        for job, unit, work in (("randread-4k", "IOPS", "read"),
                                ("randwrite-4k", "IOPS", "write"),
                                ("seqread-1m", "MiB/s", None), ("seqwrite-1m", "MiB/s", None),
                                ("latency-4k", "IOPS", None), ("latency-write-4k", "IOPS", None)):
            targets = {"raw": self.raw(job), "snaprig": self.live(job)}
            if work:
                targets["limit"] = self.limited(work, count=SUSTAINED_COUNT)
            figure = "mib_per_second" if unit == "MiB/s" else "iops"
            yield Job(job, targets, unit=unit, figure=figure)

    def first_touches(self):
        names = ["bench"]
        job = "first-writes-4k"
        yield Job(job, {
            "raw": self.repeated(self.raw(job)),
            "limit": self.repeated(self.limit_of_first_touch(FIRST_COUNT)),
            "snaprig": self.repeated(self.under(names, self.touch(job))),
        })
        job = "first-touch-4k"
        yield Job(job, {
            "raw": self.raw(job),
            "limit": self.limit_of_first_touch(SUSTAINED_COUNT),
            "snaprig": self.under(names, self.touch(job)),
        }, room=2)
        many = ["bench%d" % number for number in range(SNAPSHOTS)]
        job = "first-writes-4k"
        yield Job("snapshots-16", {
            "one": self.repeated(self.under(names, self.touch(job, "one"))),
            "sixteen": self.under(many, self.touch(job, "sixteen")),
        }, "The first 4,000 writes under one snapshot, and under 16.", room=1)

    def rewrite(self):
        job = "rewrite-4k"

        def preserved(rig):
            # Everything that will be measured.
            part = self.volumes.length // 8 // MIB * MIB
            self.fio.run("scatter-1m", "preserve", rig.live, part, io_bytes=part)
            return self.run(job, "snaprig", rig.live, rig=rig)
        yield Job(job, {
            "no-snapshot": lambda: self.run(job, "no-snapshot", self.volumes.plain().live,
                                            rig=self.volumes.plain()),
            "snaprig": self.under(["bench"], preserved),
        }, room=1)

    def view_random(self):
        job = "view-4k"

        def view(rig):
            self.run("first-writes-4k", "before-view", rig.live)
            return self.run(job, "snaprig", rig.snapshot("bench"), rig=rig)

        def live(rig):
            self.run("first-writes-4k", "before-live", rig.live)
            return self.run(job, "live", rig.live, rig=rig)
        yield Job(job, {"live": self.under(["bench"], live),
                        "snaprig": self.under(["bench"], view)})

    def view_of(self, job, kind, share):
        def measure():
            rig = self.volumes.views(kind)
            return self.run(job, "%s-%d" % (kind, share), rig.snapshot("p%d" % share),
                            self.volumes.half, rig)
        return measure

    def view_sequential(self):
        for job, shares in (("view-1m", (10, 25, 50)), ("view-128k", (25,)),
                            ("view-buffered-128k", (25,))):
            targets = {"raw": self.raw(job, of_half=True),
                       "nothing-preserved": self.view_of(job, "4k", 0)}
            for kind, word in (("4k", "scattered"), ("1m", "clustered")):
                for share in shares:
                    targets["%s-%d" % (word, share)] = self.view_of(job, kind, share)
            yield Job(job, targets, unit="MiB/s", figure="mib_per_second", room=2)

    def chain_at(self, job, which):
        def measure():
            rig = self.volumes.depth(which)
            return self.run(job, which, rig.snapshot("view"), self.volumes.half, rig)
        return measure

    def chains(self):
        for job, unit, figure in (("chain-4k", "IOPS", "iops"),
                                  ("chain-1m", "MiB/s", "mib_per_second")):
            yield Job(job, {which: self.chain_at(job, which) for which in DEPTHS},
                      unit=unit, figure=figure, room=3)

    def mixed(self):
        job = "backup-while-writing"

        def joined(sections):
            writer = sections["writer"]
            backup = sections["backup"]
            return dict(writer, backup_mib_per_second=backup["mib_per_second"])

        def ours(rig):
            return joined(self.fio.sections(job, job + ".snaprig", rig.live, self.volumes.length,
                                            rig, view=rig.snapshot("bench")))

        def raw():
            path = self.volumes.raw()
            return joined(self.fio.sections(job, job + ".raw", path, self.volumes.length,
                                            view=path))
        yield Job(job, {"raw": raw, "snaprig": self.under(["bench"], ours)}, room=1)

    def with_rules(self, measure):
        """The result of MEASURE with RULES rules that never match, half of them because of a gauge.
        """
        gauges = ("store.used>=1000%", "store.bytes>=1TiB", "snapshot.count>=1000",
                  "live.written>=1000TiB", "ops<1")

        def measured():
            rig = self.volumes.plain()
            for number in range(RULES):
                what = ("live.read error=EIO", "live.write drop")[number % 2]
                when = "offset=%dTiB.." % (number + 1)
                if number // 2 % 2:
                    when = "when=" + gauges[number // 4 % len(gauges)]
                rig.run("fault", "add", None, "%s %s" % (what, when))
            try:
                return measure()
            finally:
                rig.run("fault", "clear", None)
        return measured

    def rules(self):
        for job, word in (("randread-4k", "reads"), ("randwrite-4k", "writes")):
            measure = self.live(job)
            yield Job("rules-" + job, {"none": measure, "hundred": self.with_rules(measure)},
                      "Random %s with no rule, and with %d that never match, half of them by a "
                      "gauge." % (word, RULES))

    def jobs(self):
        for make in (self.basic, self.first_touches, self.rewrite, self.view_random,
                     self.view_sequential, self.chains, self.mixed, self.rules):
            yield from make()
