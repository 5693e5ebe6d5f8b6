# SPDX-License-Identifier: Apache-2.0
"""Snaprig from Python: volumes whose snapshots fail the way real ones fail.

    import snaprig

    with snaprig.mount(size="64MiB", profile="datto") as volume:
        with volume.snapshot("s0") as path, volume.fault("snapshot.read error=EIO") as fault:
            back_up(path)
            assert volume.fired(fault) > 0

docs/python.md tells more.
"""
from .control import PROTOCOL, Control
from .errors import CommandFailed, SnaprigError
from .volume import Volume, connect, create, mount

__all__ = ["PROTOCOL", "CommandFailed", "Control", "SnaprigError", "Volume", "connect", "create",
           "mount"]
