# SPDX-License-Identifier: Apache-2.0
"""Fixtures for pytest: ``pytest -p snaprig.pytest_plugin``, or the installed package's own."""
from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest

from .errors import CommandFailed
from .volume import Volume, mount

# What the program exits with where volumes cannot be mounted.
_SKIPPED = 77


def pytest_configure(config: pytest.Config) -> None:
    """Makes the mark known."""
    config.addinivalue_line("markers", "snaprig(size, profile, options): what snaprig_volume "
                                       "mounts, as of snaprig.mount()")


@pytest.fixture
def snaprig_volume(request: pytest.FixtureRequest) -> Iterator[Volume]:
    """A volume that is mounted for the test; a mark ``snaprig(profile="datto")`` says which.

    The test is skipped where none can be mounted.
    """
    mark = request.node.get_closest_marker("snaprig")
    with contextlib.ExitStack() as stack:
        try:
            volume = stack.enter_context(mount(**(mark.kwargs if mark else {})))
        except CommandFailed as error:
            if error.exit == _SKIPPED:
                pytest.skip(str(error))
            raise
        yield volume


@pytest.fixture
def snaprig_fault(snaprig_volume: Volume) -> Iterator[Callable[[str], int]]:
    """Arms a fault of snaprig_volume: ``snaprig_fault("snapshot.read error=EIO")``.

    At the end of the test each must have struck, or the test has shown nothing.
    """
    armed: list[tuple[int, str]] = []

    def add(rule: str) -> int:
        number = snaprig_volume.add_fault(rule)
        armed.append((number, rule))
        return number

    yield add
    fired = {each["id"]: each["fired"] for each in snaprig_volume.faults()}
    idle = [rule for number, rule in armed if fired.get(number) == 0]
    assert not idle, f"a fault never struck: {', '.join(idle)}"
