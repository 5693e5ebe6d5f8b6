#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""layers.py PROGRAM [BEFORE] - where the CPU time of one 1 MiB read of a snapshot is spent.

Reads views sequentially, like the job view-1m, of which nothing, 25 % scattered by 4 KiB, and 25 %
in runs of 1 MiB is preserved.  Each program has a rig with volumes of its own.  The scheduler's
clock measures how much time the rig takes for a read; `perf record` shows how it is divided: what a
sample is about follows from the kernel functions in its stack, or from the source file of the rig's
function.

BENCH_SECONDS	of one run (1500ms)	BENCH_ROUNDS	(3)
BENCH_DIR	where the volumes are (/var/tmp); each has 256 MiB
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

JOBS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "jobs")
MIB = 1 << 20
SIZE = 256 * MIB
KINDS = (("nothing preserved", "4k", "p0"), ("25 % scattered", "4k", "p25"),
         ("25 % in runs", "1m", "p25"))
SLEEP = "sleep, wake, event loop"
TAKE = "take the request"
FIND = "find the parts"
SUBMIT = "submit them to the disk"
COMPLETE = "take what the disk has read"
CHECK = "check what a store gave"
REPLY = "reply to /dev/fuse"
OTHER = "the rest"
LAYERS = (TAKE, FIND, SUBMIT, COMPLETE, CHECK, REPLY, SLEEP, OTHER)

# The first match decides, from the innermost function on.
KERNEL = ((REPLY, r"fuse_dev_do_write|fuse_dev_write"),
          (TAKE, r"fuse_dev_do_read|fuse_dev_read"),
          (COMPLETE, r"common_interrupt|handle_softirqs|__do_softirq|irq_exit|end_io|"
                     r"io_complete|io_req_rw_complete|iomap_dio_(complete|bio_end)"),
          (SUBMIT, r"ext4_file_read_iter|xfs_file_read_iter|iomap_dio_rw|blkdev_read_iter|"
                   r"blk_finish_plug|blk_mq_"),
          (COMPLETE, r"task_work|io_run_local_work|io_handle_tw"),
          (SLEEP, r"schedule|io_cqring_wait|io_submit_sqes|io_uring_enter"))
SOURCES = ((CHECK, r"/store/(rewrite|sums|read)"), (SUBMIT, r"/blockio/(file|faulty|blockio)"),
           (SLEEP, r"/blockio/ring|busy_poll|/base/clock"),
           (FIND, r"/store/|/volume/"), (TAKE, r"/mount/"))
LIBRARIES = ((CHECK, "libxxhash"), (SLEEP, "liburing"), (TAKE, "libfuse"), (FIND, "libc"))


def run(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True,
                          **options).stdout


class Rig:
    """PROGRAM with mounted volumes of all kinds."""

    def __init__(self, program, folder):
        self.program = os.path.realpath(program)
        self.folder = folder
        self.sources = {}

    def path(self, unit):
        return os.path.join(self.folder, unit)

    def prepare(self, raw):
        for unit in sorted({unit for _, unit, _ in KINDS}):
            os.makedirs(self.path(unit))
            shutil.copyfile(raw, self.path(unit) + ".img")
            run("sync", "-f", self.folder)
            run("dd", "if=" + self.path(unit) + ".img", "iflag=nocache", "count=0", "status=none")
            run(self.program, "mount", self.path(unit) + ".img", self.path(unit))
            run(self.program, "snapshot", "create", self.path(unit), "p25")
            fio("scatter-" + unit, self.path(unit) + "/live", BENCH_IO_BYTES=str(SIZE // 4))
            run(self.program, "snapshot", "create", self.path(unit), "p0")

    def umount(self):
        for unit in {unit for _, unit, _ in KINDS}:
            if os.path.ismount(self.path(unit)):
                subprocess.run((self.program, "umount", self.path(unit)), check=False)

    def pid(self, unit):
        """The process that has the image open."""
        image = os.path.realpath(self.path(unit) + ".img")
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/cmdline" % pid) as file:
                    if image in file.read().split("\0"):
                        return int(pid)
            except OSError:
                continue
        sys.exit("layers: the rig of '%s' is not there" % image)

    def source_of(self, addresses):
        """Finds the source file of each address in the program."""
        unknown = [address for address in addresses if address not in self.sources]
        for start in range(0, len(unknown), 500):
            part = unknown[start:start + 500]
            lines = run("addr2line", "-e", self.program, *part).splitlines()
            self.sources.update(zip(part, lines))
        return self.sources


def fio(job, file, **values):
    environment = dict(os.environ, BENCH_FILE=file, BENCH_BYTES=str(SIZE),
                       BENCH_SECONDS=os.environ.get("BENCH_SECONDS", "1500ms"), **values)
    return json.loads(run("fio", "--output-format=json", os.path.join(JOBS, job + ".fio"),
                          env=environment))["jobs"][0]["read"]["total_ios"]


def processor_us(pid):
    total = 0
    for task in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/schedstat" % (pid, task)) as file:
            total += int(file.read().split()[0])
    return total / 1000


def stacks(data):
    """The samples of perf: lists of (address, function, library), the innermost first."""
    text = run("perf", "script", "-i", data, "-F", "ip,sym,dso", stderr=subprocess.DEVNULL)
    for block in text.split("\n\n"):
        frames = [re.match(r"\s*([0-9a-f]+) (\S+).*\((.*)\)", line)
                  for line in block.splitlines()]
        frames = [frame.groups() for frame in frames if frame]
        if frames:
            yield frames


def find(rows, text, fallback):
    return next((layer for layer, pattern in rows if re.search(pattern, text)), fallback)


def layer_of(frames, rig):
    """What a sample is about, and whether it was taken in the kernel."""
    kernel = [function for _, function, library in frames if "kernel" in library]
    if kernel:
        for function in kernel:
            layer = find(KERNEL, function, None)
            if layer:
                return layer, True
        return OTHER, True
    address, function, library = frames[0]
    if os.path.realpath(library) == rig.program:
        if "reply" in function:
            return REPLY, False
        return find(SOURCES, rig.source_of([address])[address], OTHER), False
    return find(LIBRARIES, os.path.basename(library), OTHER), False


def measure(rig, unit, view, data):
    """Microseconds per read, by (layer, in the kernel)."""
    pid, path = rig.pid(unit), os.path.join(rig.path(unit), "snapshots", view)
    before = processor_us(pid)
    each_us = 1 / fio("view-1m", path)
    each_us *= processor_us(pid) - before
    recorder = subprocess.Popen(("perf", "record", "-q", "-e", "cpu-clock", "-F", "4999", "-g",
                                 "-p", str(pid), "-o", data))
    fio("view-1m", path)
    recorder.send_signal(2)
    recorder.wait()
    samples = list(stacks(data))
    rig.source_of({frames[0][0] for frames in samples
                   if os.path.realpath(frames[0][2]) == rig.program})
    times = {}
    for frames in samples:
        key = layer_of(frames, rig)
        times[key] = times.get(key, 0) + each_us / len(samples)
    return times


def median(values):
    values = sorted(values)
    return values[len(values) // 2]


def print_table(rigs, seen):
    heads = [kind + (", " + name if len(rigs) > 1 else "")
             for kind, _, _ in KINDS for name, _ in rigs]
    print("| | " + " | ".join(heads) + " |")
    print("|---|" + "---:|" * len(heads))
    for layer in LAYERS + ("all",):
        cells = []
        for kind, _, _ in KINDS:
            for name, _ in rigs:
                rounds = seen[kind, name]
                cells.append("%.0f + %.0f" % tuple(
                    median([sum(us for (of, in_kernel), us in times.items()
                                if in_kernel == kernel and layer in (of, "all"))
                            for times in rounds]) for kernel in (False, True)))
        print("| %s | %s |" % (layer, " | ".join(cells)))


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: layers.py PROGRAM [BEFORE]")
    for tool in ("perf", "fio", "addr2line"):
        if not shutil.which(tool):
            sys.exit("layers: '%s' is missing" % tool)
    folder = tempfile.mkdtemp(prefix="snaprig-layers.", dir=os.environ.get("BENCH_DIR", "/var/tmp"))
    rigs = [(name, Rig(program, os.path.join(folder, name)))
            for name, program in zip(("now", "before"), sys.argv[1:])]
    rigs.reverse()
    try:
        raw = os.path.join(folder, "raw.img")
        with open(raw, "wb") as file:
            for _ in range(SIZE // MIB):
                file.write(os.urandom(MIB))
        for _, rig in rigs:
            rig.prepare(raw)
        seen = {}
        for _ in range(int(os.environ.get("BENCH_ROUNDS", "3"))):
            for kind, unit, view in KINDS:
                for name, rig in rigs:
                    seen.setdefault((kind, name), []).append(
                        measure(rig, unit, view, os.path.join(folder, "perf.data")))
        print_table(rigs, seen)
    finally:
        for _, rig in rigs:
            rig.umount()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
