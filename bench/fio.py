# SPDX-License-Identifier: Apache-2.0
"""One run of a job of fio, or of the limit program, as a sample: a dict of figures."""
import json
import os
import subprocess

import rig
from work import MIB, SKIPPED, Failure, output_of

JOBS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "jobs")
PERCENTILES = {"p50_us": "50.000000", "p99_us": "99.000000", "p999_us": "99.900000"}


def about(job):
    """What the job shows, from the comments of its file."""
    lines = []
    with open(os.path.join(JOBS, job + ".fio")) as file:
        for line in file:
            if line.startswith("; ") and "SPDX" not in line:
                lines.append(line[2:].strip())
    return " ".join(lines).replace("  ", " ")


def check():
    try:
        return output_of("fio", "--version").strip()
    except FileNotFoundError:
        raise Failure("'fio' is missing, which makes the load (apt-get install fio)", SKIPPED)


def figures_of(part):
    """The figures of one job of fio's JSON."""
    read, write = part["read"], part["write"]
    side = read if read["total_ios"] >= write["total_ios"] else write
    figures = {"operations": read["total_ios"] + write["total_ios"],
               "iops": read["iops"] + write["iops"],
               "mib_per_second": (read["bw_bytes"] + write["bw_bytes"]) / MIB}
    percentiles = side["clat_ns"].get("percentile", {})
    for name, key in PERCENTILES.items():
        if key in percentiles:
            figures[name] = percentiles[key] / 1000
    return figures


def escaped(path):
    """Escapes colons, which would separate file names."""
    return path.replace(":", "\\:")


class Fio:
    """Runs jobs with the environment that they read."""

    def __init__(self, work, disk, milliseconds, direct, artifacts):
        self.work, self.disk, self.milliseconds = work, disk, milliseconds
        self.direct, self.artifacts = direct, artifacts
        self.kept = 0

    def job_file(self, job):
        path = os.path.join(JOBS, job + ".fio")
        if self.direct:
            return path
        with open(path) as file:
            text = file.read().replace("direct=1", "direct=0")
        copy = self.work.path(job + ".fio")
        with open(copy, "w") as file:
            file.write(text)
        return copy

    def start(self, job, path, length, view=None, io_bytes=0):
        """Starts a job; returns the process, which prints its JSON."""
        environment = dict(os.environ, BENCH_FILE=escaped(path), BENCH_BYTES=str(length),
                           BENCH_PRESERVED_BYTES=str(length // 8),
                           BENCH_VIEW=escaped(view or path), BENCH_IO_BYTES=str(io_bytes),
                           BENCH_SECONDS="%dms" % self.milliseconds)
        # fio calibrates any other clock for a fifth of a second, each time.
        return subprocess.Popen(
            ["fio", "--eta=never", "--clocksource=clock_gettime", "--output-format=json+",
             self.job_file(job)], env=environment, cwd=self.work.folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")

    def finish(self, process, label):
        """Returns the figures by the names of the job's sections."""
        try:
            text, said = process.communicate()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if process.returncode != 0 or "{" not in text:
            lines = (said.strip() or text.strip()).splitlines()
            raise Failure("fio failed: %s: %s" % (label, lines[0] if lines else
                                                  "it says nothing"))
        # Notes may precede the object.
        text = text[text.index("{"):]
        self.keep(label, text)
        return {part["jobname"]: figures_of(part) for part in json.loads(text)["jobs"]}

    def keep(self, label, text):
        if not self.artifacts:
            return
        self.kept += 1
        path = os.path.join(self.artifacts, "%04d.%s.json" % (self.kept, label))
        with open(path, "w") as file:
            file.write(text)

    def sections(self, job, label, path, length, rig_of=None, **more):
        """Runs the job; what the rig spent is for all sections together."""
        io_before = rig_of.io() if rig_of else None
        before = rig.spent(rig_of.pid) if rig_of else None
        disk_before = self.disk.counts()
        sections = self.finish(self.start(job, path, length, **more), label)
        operations = sum(part["operations"] for part in sections.values())
        costs = self.disk.since(disk_before, operations)
        if rig_of:
            costs.update(rig.per_operation(before, rig.spent(rig_of.pid), operations))
        if io_before:
            costs.update(rig.transfers(io_before, rig_of.io(), operations))
        for part in sections.values():
            part.update(costs)
        return sections

    def run(self, job, label, path, length, rig_of=None, **more):
        sections = self.sections(job, label, path, length, rig_of, **more)
        return next(iter(sections.values()))


def limit(program, disk, *words):
    """Returns the limit program's figures."""
    before = disk.counts()
    figures = json.loads(output_of(program, *words))
    figures["mib_per_second"] = figures["iops"] * 4096 / MIB
    # There, the store's space is allocated first, which the disk's counters include.
    if "first-touch" not in words:
        figures.update(disk.since(before, figures["operations"]))
    return figures
