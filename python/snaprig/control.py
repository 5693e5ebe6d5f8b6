# SPDX-License-Identifier: Apache-2.0
"""The control protocol (docs/protocol.md)."""
from __future__ import annotations

import contextlib
import json
import os
import socket
from typing import Any

from .errors import SnaprigError

PROTOCOL = 1

# More does not fit into the address of a socket.
_ADDRESS_BYTES_MAX = 107


def _connect(path: str) -> socket.socket:
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    real = os.path.realpath(path)
    folder = -1
    try:
        if len(os.fsencode(real)) > _ADDRESS_BYTES_MAX:
            folder = os.open(os.path.dirname(real), os.O_PATH | os.O_DIRECTORY)
            real = f"/proc/self/fd/{folder}/{os.path.basename(real)}"
        peer.connect(real)
    except BaseException:
        peer.close()
        raise
    finally:
        if folder >= 0:
            os.close(folder)
    return peer


class Control:
    """A connection to the rig of a mounted volume.

    One thread uses it at a time.  What has not taken effect when it is closed is taken back.
    """

    def __init__(self, mount_point: str | os.PathLike[str], timeout: float | None = 60) -> None:
        """Connects to the volume on ``mount_point``; an answer may take ``timeout`` seconds."""
        path = os.path.join(os.fspath(mount_point), ".snaprig", "control")
        try:
            self._socket = _connect(path)
        except OSError as error:
            raise SnaprigError(_name(error), f"cannot reach the volume of '{mount_point}': "
                                             f"{error.strerror}") from error
        self._socket.settimeout(timeout)
        self._lines = self._socket.makefile("rb")
        self._next_id = 0
        self._answers: dict[int, dict[str, Any]] = {}
        try:
            speaks = self.call("ping").get("protocol", PROTOCOL)
            if speaks != PROTOCOL:
                raise SnaprigError("EPROTONOSUPPORT", f"the rig speaks version {speaks} of the "
                                                      f"protocol, and this module {PROTOCOL}")
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Control:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection; a second time does nothing."""
        self._lines.close()
        self._socket.close()

    def send(self, command: str, **arguments: Any) -> int:
        """Sends a request and returns its id, for :meth:`wait`.  None is no argument."""
        self._next_id += 1
        request = {"id": self._next_id, "command": command,
                   **{name: value for name, value in arguments.items() if value is not None}}
        with _told_of(command):
            self._socket.sendall(json.dumps(request).encode() + b"\n")
        return self._next_id

    def wait(self, request: int) -> dict[str, Any]:
        """The result of a request; raises SnaprigError when it was refused."""
        while request not in self._answers:
            with _told_of("an answer"):
                line = self._lines.readline()
            if not line:
                raise SnaprigError("ECONNRESET", "the volume went away before it answered")
            answer = json.loads(line)
            self._answers[answer["id"]] = answer
        answer = self._answers.pop(request)
        if not answer["ok"]:
            raise SnaprigError(answer["error"], answer["message"])
        result: dict[str, Any] = answer["result"]
        return result

    def call(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Sends a request and waits for its result."""
        return self.wait(self.send(command, **arguments))


def _name(error: OSError) -> str | None:
    import errno
    return errno.errorcode.get(error.errno or 0)


@contextlib.contextmanager
def _told_of(what: str):  # type: ignore[no-untyped-def]
    try:
        yield
    except TimeoutError as error:
        raise SnaprigError("ETIMEDOUT", f"the volume did not take or answer '{what}' in time") \
            from error
    except OSError as error:
        raise SnaprigError(_name(error), f"cannot talk to the volume: {error.strerror}") from error
