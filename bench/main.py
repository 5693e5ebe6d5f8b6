#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `snaprig bench` becomes after it has read the command line and its numbers."""
import argparse
import difflib
import json
import os
import signal
import sys
import time

import fio as fio_module
import machine
import peers
import report
import results
import work as work_module
from plan import Plan
from volumes import Volumes
from work import FINDING, MIB, RIG, USAGE, Failure, Unavailable, say

FULL = {"rounds": 5, "milliseconds": 800, "bytes": 512 * MIB}
# A round that would not end by then is not begun, unless --rounds gives their number.  One more
# minute is for cleaning up.
BUDGET_SECONDS = 11 * 60
QUICK = {"rounds": 3, "milliseconds": 200, "bytes": 64 * MIB}

# In volume sizes: the image and the first volume, everything that jobs make, and everything of the
# peers.
ROOM, ROOM_MAX, ROOM_OF_PEERS = 2, 12, 7


class Interrupted(BaseException):
    def __init__(self, number):
        super().__init__()
        self.number = number


def interrupt(number, _):
    # One signal is enough: what follows is the clean-up.
    for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)
    raise Interrupted(number)


def arguments_of(words):
    parser = argparse.ArgumentParser(prog="snaprig bench", add_help=False)
    for name in ("--program", "--limit-program", "--version", "--baseline", "--artifacts"):
        parser.add_argument(name)
    for name in ("--rounds", "--milliseconds", "--bytes"):
        parser.add_argument(name, type=int)
    for name in ("--peers", "--quick", "--list", "--json"):
        parser.add_argument(name, action="store_true")
    parser.add_argument("--dir", default="/var/tmp")
    parser.add_argument("--report", action="append", default=[])
    parser.add_argument("jobs", nargs="*")
    arguments = parser.parse_args(words)
    arguments.budget = None if arguments.rounds else BUDGET_SECONDS
    for name, value in (QUICK if arguments.quick else FULL).items():
        if getattr(arguments, name) is None:
            setattr(arguments, name, value)
    arguments.dir = os.path.abspath(arguments.dir)
    return arguments


def choose(jobs, names):
    """The jobs called NAMES, in the usual order; all jobs if there are no names."""
    known = [job.name for job in jobs]
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            raise Failure("unknown job '%s' (%s)" % (
                name, "did you mean '%s'?" % near[0] if near else
                "see 'snaprig bench --list'"), USAGE)
    return [job for job in jobs if not names or job.name in names]


def check_room(folder, length, jobs, with_peers):
    facts = os.statvfs(folder)
    free = facts.f_bavail * facts.f_frsize
    # Jobs share some of what they make.
    room = min(ROOM + sum(job.room for job in jobs), ROOM_MAX)
    needed = length * (room + (ROOM_OF_PEERS if with_peers else 0))
    if free < needed:
        raise Failure("'%s' has %d MiB free, and %d are needed (see --size and --dir)" % (
            folder, free // MIB, needed // MIB))


class Progress:
    """Shows on a terminal how far it is and how long it may take."""

    def __init__(self, total):
        self.total, self.done = total, 0
        self.begun = time.monotonic()
        self.is_shown = sys.stderr.isatty()

    def show(self, text):
        if not self.is_shown:
            return
        left = ""
        if self.done > self.total // 20:
            seconds = (time.monotonic() - self.begun) / self.done * (self.total - self.done)
            left = ", %d:%02d left" % divmod(int(seconds), 60)
        sys.stderr.write("\r\033[K%d %%%s: %s" % (100 * self.done // self.total, left, text))
        sys.stderr.flush()

    def step(self):
        self.done += 1

    def end(self):
        if self.is_shown:
            sys.stderr.write("\r\033[K")


class Clock:
    """Decides whether there is time for another round, by the longest so far."""

    def __init__(self, budget):
        self.budget = budget
        self.begun = self.last = time.monotonic()
        self.longest = 0

    def has_time(self):
        now = time.monotonic()
        self.longest = max(self.longest, now - self.last)
        self.last = now
        return self.budget is None or now - self.begun + self.longest < self.budget


def measure(jobs, rounds, budget, skipped):
    """The samples by job and target, one for each round, and the number of rounds.

    Each round begins a job with another target.  A target that turns out to be unavailable is not
    measured again.
    """
    clock = Clock(budget)
    samples = {job.name: {target: [] for target in job.targets} for job in jobs}
    progress = Progress(sum(len(job.targets) * (1 if job.once else rounds) for job in jobs))
    try:
        for number in range(rounds):
            if not clock.has_time():
                return samples, number
            for job in jobs:
                targets = list(job.targets)
                if job.once and number > 0:
                    continue
                for turn in range(len(targets)):
                    target = targets[(number + turn) % len(targets)]
                    progress.show("round %d of %d, %s: %s" % (
                        number + 1, rounds, job.name, target))
                    try:
                        samples[job.name][target].append(job.targets[target]())
                    except Unavailable as reason:
                        skipped.append({"what": "%s: %s" % (job.name, target),
                                        "why": str(reason)})
                        del job.targets[target]
                        del samples[job.name][target]
                    progress.step()
    finally:
        progress.end()
    return samples, rounds


def run(arguments, work, fio_version):
    direct = work_module.has_direct(work.folder)
    if not direct:
        say("'%s' has no O_DIRECT: its page cache is measured, too" % arguments.dir)
    if machine.load() > os.cpu_count() / 2:
        say("others are at work here (load %.1f): all figures swing" % machine.load())
    environment = machine.facts(arguments.version, fio_version, work.folder, direct)
    fio = fio_module.Fio(work, machine.Disk(work.folder), arguments.milliseconds, direct,
                         arguments.artifacts)
    volumes = Volumes(work, fio, work_module.Filler(direct), arguments.bytes)
    jobs = choose(list(Plan(fio, volumes, arguments.limit_program).jobs()), arguments.jobs)
    check_room(arguments.dir, arguments.bytes, jobs, arguments.peers)
    begun = time.monotonic()
    skipped = peers.add(jobs, work, volumes, fio) if arguments.peers else []
    samples, arguments.rounds = measure(jobs, arguments.rounds, arguments.budget, skipped)
    environment["load_after"] = machine.load()
    settings = {name: getattr(arguments, name)
                for name in ("rounds", "milliseconds", "bytes", "quick", "peers")}
    result = results.result_of(jobs, samples, environment, settings, skipped,
                               time.monotonic() - begun)
    volumes.umount()
    return result


def list_jobs():
    plan = Plan(None, None, None)
    for job in plan.jobs():
        print("%-21s %s" % (job.name, job.shows))
        print("%-21s    of: %s" % ("", ", ".join(job.targets)))


def bench(words):
    arguments = arguments_of(words)
    report.check(arguments.report)
    if arguments.list:
        list_jobs()
        return 0
    choose(list(Plan(None, None, None).jobs()), arguments.jobs)
    baseline = results.load_baseline(arguments.baseline) if arguments.baseline else None
    fio_version = fio_module.check()
    if arguments.artifacts:
        try:
            os.makedirs(arguments.artifacts, exist_ok=True)
        except OSError as error:
            raise Failure("cannot make '%s': %s" % (arguments.artifacts,
                                                    work_module.text_of(error)))
        arguments.artifacts = os.path.abspath(arguments.artifacts)
    with work_module.Work(arguments.program, arguments.dir) as work:
        result = run(arguments, work, fio_version)
    if baseline:
        results.compare(result, baseline, arguments.baseline)
    report.write(arguments.report, result)
    if arguments.json:
        print(json.dumps(result, indent=1))
    else:
        report.print_text(result)
    sys.stdout.flush()
    changes = result["baseline"]["changes"] if baseline else []
    return FINDING if any(change["verdict"] == "worse" for change in changes) else 0


def main():
    # Folders that an ordinary user's PATH lacks.
    os.environ["PATH"] = os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    try:
        return bench(sys.argv[1:])
    except Failure as failure:
        say(str(failure))
        return failure.code
    except OSError as error:
        say("%s%s" % ("'%s': " % error.filename if error.filename else "", os.strerror(
            error.errno) if error.errno else error))
        return RIG
    except Interrupted as interrupted:
        # End by the signal, as its parent expects.
        signal.signal(interrupted.number, signal.SIG_DFL)
        os.kill(os.getpid(), interrupted.number)
        return RIG


sys.exit(main())
