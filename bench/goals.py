# SPDX-License-Identifier: Apache-2.0
"""The rows of the table: which figure of a job is compared with which, and the goals."""
import figures

PEERS = ("qemu-storage-daemon", "nbdkit", "xfs-reflink")


class Row:
    """A ratio of two targets, round by round; or, if AGAINST is None, a figure as it is."""

    def __init__(self, job, ours, against, goal=None, at_most=False, figure=None, unit=None,
                 name=None):
        self.job, self.ours, self.against = job, ours, against
        self.goal, self.at_most = goal, at_most
        self.figure, self.unit = figure, unit
        self.name = name or job

    def values(self, rounds):
        """One value for each round; ROUNDS has the samples of the job by target."""
        ours = figures_of(rounds, self.ours, self.figure)
        if self.against is None:
            return [value for value in ours if value is not None]
        return figures.ratios(ours, figures_of(rounds, self.against, self.figure))


def figures_of(rounds, target, figure):
    return [sample.get(figure) if sample else None for sample in rounds.get(target, [])]


def of_peers(job, ours, goals):
    """A row for each peer that is measured in this job; the peers in GOALS have a goal."""
    return [Row(job, ours, peer, goals.get(peer)) for peer in PEERS]


def rows():
    raw = "raw"
    table = []
    for job, goal in (("randread-4k", 0.80), ("randwrite-4k", 0.80), ("seqread-1m", 0.95),
                      ("seqwrite-1m", 0.95), ("latency-4k", 0.82), ("latency-write-4k", 0.82)):
        table += [Row(job, "snaprig", raw, goal)] + of_peers(job, "snaprig", {})
    table += [Row("first-touch-4k", "snaprig", "limit", 0.90),
              Row("first-touch-4k", "snaprig", raw),
              Row("first-writes-4k", "snaprig", "limit")]
    table += of_peers("first-writes-4k", "snaprig",
                      {"qemu-storage-daemon": 4.0, "xfs-reflink": 1.3})
    table += [Row("snapshots-16", "sixteen", "one", 0.50),
              Row("rewrite-4k", "snaprig", "no-snapshot", 0.97),
              Row("view-4k", "snaprig", "live", 0.95)]
    table += of_peers("view-4k", "snaprig", {"qemu-storage-daemon": 2.5})
    table += [Row("view-1m", "nothing-preserved", raw, 0.95)]
    for kind in ("scattered", "clustered"):
        for share in (10, 25, 50):
            goal = 0.50 if (kind, share) == ("scattered", 25) else None
            table.append(Row("view-1m", "%s-%d" % (kind, share), raw, goal))
    table += of_peers("view-1m", "scattered-25", {"qemu-storage-daemon": 1.2})
    for job in ("view-128k", "view-buffered-128k"):
        table += [Row(job, ours, raw)
                  for ours in ("nothing-preserved", "scattered-25", "clustered-25")]
    table += [Row("chain-4k", "depth-8", "image"),
              Row("chain-4k", "depth-29", "image", 1.0),
              Row("chain-1m", "one-node", "image"),
              Row("chain-1m", "depth-8", "one-node"),
              Row("chain-1m", "depth-29", "one-node", 1.0),
              Row("backup-while-writing", "snaprig", raw, unit="IOPS of the writer"),
              Row("backup-while-writing", "snaprig", raw, figure="backup_mib_per_second",
                  unit="MiB/s of the backup")]
    table += [Row("disturbed-4k", what, "undisturbed", 2.0, at_most=True)
              for what in ("snapshot-taken", "store-deleted", "leaf-merged", "node-merged",
                           "backup-reads", "thousand-snapshots", "request-hangs")]
    table += [Row("disturbed-4k", "raw-backup-reads", raw)]
    table += [Row(job, "snaprig", None, goal, True, "cpu_us", "us of the rig's CPU")
              for job, goal in (("randread-4k", 4.5), ("randwrite-4k", 4.5),
                                ("first-touch-4k", 10.0))]
    table += [Row("coalesce", "runs", None, 375.0), Row("coalesce", "scattered", None, 150.0),
              Row("rules-randread-4k", "hundred", "none", 0.97),
              Row("rules-randwrite-4k", "hundred", "none", 0.97),
              Row("snapshot-time", "of-1TiB", None, 10.0, True),
              Row("snapshot-time", "of-1TiB", "of-1GiB", 1.5, True),
              Row("map-memory", "of-1TiB", None, 8.0, True),
              Row("map-memory", "of-1TiB", None, figure="checksum_bytes_per_block",
                  unit="bytes of checksums"),
              Row("mount-time", "after-umount", None, 0.5, True),
              Row("mount-time", "after-kill", None, 0.5, True)]
    return table
