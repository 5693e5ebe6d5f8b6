# SPDX-License-Identifier: Apache-2.0
"""A mounted volume, and what can be done to it."""
from __future__ import annotations

import contextlib
import json
import os
import pathlib
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

from . import program
from .control import Control
from .errors import SnaprigError

Path = str | os.PathLike[str]


class Volume:
    """A mounted volume.  ``with Volume(mnt) as volume`` closes the connection, and no more."""

    def __init__(self, mount_point: Path, timeout: float | None = 60) -> None:
        self.mount_point = pathlib.Path(mount_point).absolute()
        self.control = Control(self.mount_point, timeout)

    def __enter__(self) -> Volume:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection; the volume stays mounted."""
        self.control.close()

    def unmount(self) -> None:
        """Unmounts the volume, and returns when it is on disk."""
        self.close()
        program.run("umount", self.mount_point)

    @property
    def live(self) -> pathlib.Path:
        """The file that is the source volume."""
        return self.mount_point / "live"

    @property
    def kernel_log(self) -> str:
        """What the imitated driver has logged."""
        return (self.mount_point / ".snaprig" / "kernel.log").read_text("utf-8", "replace")

    def status(self) -> dict[str, Any]:
        """The object of status.json, as status.schema.json has it."""
        return self.control.call("status")

    # ---- snapshots ----

    def snapshots(self) -> list[dict[str, Any]]:
        """The snapshots, oldest first (snapshot.schema.json)."""
        found: list[dict[str, Any]] = self.control.call("snapshot.list")["snapshots"]
        return found

    def snapshot_path(self, name: str) -> pathlib.Path:
        """The file of a snapshot."""
        return self.mount_point / "snapshots" / name

    def create_snapshot(self, name: str, **options: Any) -> pathlib.Path:
        """Takes a snapshot and returns its file.  Options: limit, block, of, writers."""
        self.control.call("snapshot.create", name=name, **options)
        return self.snapshot_path(name)

    def delete_snapshot(self, name: str) -> None:
        """Deletes a snapshot."""
        self.control.call("snapshot.delete", name=name)

    @contextlib.contextmanager
    def snapshot(self, name: str, **options: Any) -> Iterator[pathlib.Path]:
        """A snapshot that is deleted at the end, if it is there still."""
        path = self.create_snapshot(name, **options)
        try:
            yield path
        finally:
            if any(each["name"] == name for each in self.snapshots()):
                self.delete_snapshot(name)

    # ---- faults ----

    def add_fault(self, rule: str) -> int:
        """Arms a fault, "snapshot.read error=EIO times=1", and returns its number."""
        number: int = self.control.call("fault.add", rule=rule)["id"]
        return number

    def faults(self) -> list[dict[str, Any]]:
        """The faults, and how often each was seen, matched and fired."""
        found: list[dict[str, Any]] = self.control.call("fault.list")["faults"]
        return found

    def fired(self, fault: int) -> int:
        """How often the fault of that number struck."""
        for each in self.faults():
            if each["id"] == fault:
                count: int = each["fired"]
                return count
        raise SnaprigError("ENOENT", f"there is no fault {fault}")

    def remove_fault(self, fault: int | str) -> None:
        """Removes a fault by its number or name; whatever it delays goes on."""
        self.control.call("fault.remove", fault=str(fault))

    @contextlib.contextmanager
    def fault(self, rule: str) -> Iterator[int]:
        """A fault that is removed at the end."""
        number = self.add_fault(rule)
        try:
            yield number
        finally:
            self.remove_fault(number)

    # ---- gauges, writers, events ----

    def set_gauge(self, gauge: str, value: str) -> None:
        """Feigns a gauge: ("memory.used", "85%")."""
        self.control.call("gauge.set", gauge=gauge, value=value)

    def release_gauge(self, gauge: str) -> None:
        """Lets a gauge be measured again."""
        self.control.call("gauge.release", gauge=gauge)

    @contextlib.contextmanager
    def gauge(self, gauge: str, value: str) -> Iterator[None]:
        """A gauge that is feigned until the end."""
        self.set_gauge(gauge, value)
        try:
            yield
        finally:
            self.release_gauge(gauge)

    def add_writer(self, writer: str) -> None:
        """Adds a writer: 'simulated name="System Writer" freeze=200ms'."""
        self.control.call("writers.add", writer=writer)

    def coalesce(self) -> None:
        """Starts the worker that makes a chain shorter."""
        self.control.call("coalesce")

    def events(self, follow: bool = False) -> Iterator[dict[str, Any]]:
        """The journal from its beginning (events.schema.json).

        With ``follow`` it goes on until the volume is unmounted, on a connection of its own.
        """
        offset = 0
        with Control(self.mount_point, None if follow else 60) as control:
            while True:
                try:
                    answer = control.call("events", **{"from": offset, "wait": follow})
                except SnaprigError as error:
                    if follow and error.code in ("ESHUTDOWN", "ECONNRESET", "EPIPE"):
                        return
                    raise
                if not answer["lines"]:
                    return
                offset = answer["next"]
                for line in answer["lines"].splitlines():
                    yield json.loads(line)


def create(image: Path, size: str) -> None:
    """Makes an image of zeros: ``create("vol.img", "1GiB")``."""
    program.run("create", image, "--size", size)


def connect(mount_point: Path, timeout: float | None = 60) -> Volume:
    """The volume that is mounted on ``mount_point``."""
    return Volume(mount_point, timeout)


@contextlib.contextmanager
def mount(image: Path | None = None, mount_point: Path | None = None, *, size: str = "64MiB",
          profile: str = "plain", options: Sequence[str] = ()) -> Iterator[Volume]:
    """Mounts a volume and unmounts it at the end.

    Without ``image`` it is one of ``size`` zeros, and without ``mount_point`` a folder, that go at
    the end.  ``options`` are those of ``snaprig mount``: ``["--limit", "10%"]``.
    """
    with tempfile.TemporaryDirectory(prefix="snaprig-") as work:
        if image is None:
            image = os.path.join(work, "volume.img")
            create(image, size)
        if mount_point is None:
            mount_point = os.path.join(work, "mnt")
            os.mkdir(mount_point)
        program.run("mount", image, mount_point, "--profile", profile, *options)
        try:
            with Volume(mount_point) as volume:
                yield volume
        finally:
            if os.path.ismount(mount_point):
                program.run("umount", mount_point)
