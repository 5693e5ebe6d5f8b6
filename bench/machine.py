# SPDX-License-Identifier: Apache-2.0
"""The machine on which it is measured."""
import datetime
import os

from work import output_of


def first_value(path, key):
    try:
        with open(path) as file:
            for line in file:
                if line.startswith(key):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return None


def memory_bytes():
    value = first_value("/proc/meminfo", "MemTotal")
    return int(value.split()[0]) * 1024 if value else 0


def file_system(folder):
    """The type and the device of the file system that contains FOLDER."""
    best = ("", "unknown", "unknown")
    path = os.path.realpath(folder)
    with open("/proc/self/mounts") as file:
        for line in file:
            device, mount, kind = line.split()[:3]
            mount = mount.encode().decode("unicode_escape")
            inside = path == mount or path.startswith(mount.rstrip("/") + "/")
            if inside and len(mount) >= len(best[0]):
                best = (mount, kind, device)
    return best[1], best[2]


class Disk:
    """The device below FOLDER, which counts the requests of all processes."""

    def __init__(self, folder):
        number = os.stat(folder).st_dev
        self.path = "/sys/dev/block/%d:%d/stat" % (os.major(number), os.minor(number))
        self.is_there = os.path.exists(self.path)

    def counts(self):
        """The completed reads and writes; None without a device."""
        if not self.is_there:
            return None
        with open(self.path) as file:
            fields = file.read().split()
        return int(fields[0]), int(fields[4])

    def since(self, before, operations):
        """The requests per operation, as figures of a sample."""
        if before is None or operations == 0:
            return {}
        return {name: (now - then) / operations for name, now, then in zip(
            ("disk_reads", "disk_writes"), self.counts(), before)}


def load():
    return os.getloadavg()[0]


def facts(version, fio_version, folder, direct):
    kind, device = file_system(folder)
    return {"date": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
            "version": version, "fio": fio_version, "kernel": os.uname().release,
            "processor": first_value("/proc/cpuinfo", "model name") or os.uname().machine,
            "processors": len(os.sched_getaffinity(0)), "memory_bytes": memory_bytes(),
            "file_system": kind, "device": device, "direct": direct, "load_before": load()}
