# SPDX-License-Identifier: Apache-2.0
"""What can go wrong."""
from __future__ import annotations

import errno as errno_module


class SnaprigError(Exception):
    """Something that was asked of Snaprig has failed.

    ``code`` is the name of an errno ("EEXIST"), or None when the failure has none.
    """

    def __init__(self, code: str | None, message: str, hint: str | None = None) -> None:
        super().__init__(message if hint is None else f"{message} ({hint})")
        self.code = code
        self.message = message
        self.hint = hint

    @property
    def errno(self) -> int:
        """The number of the errno, 0 for none: compare it with those of the module errno."""
        return getattr(errno_module, self.code or "", 0)


class CommandFailed(SnaprigError):
    """``snaprig`` has failed; ``exit`` is its exit status (77: it cannot be done here)."""

    def __init__(self, exit_code: int, code: str | None, message: str,
                 hint: str | None = None) -> None:
        super().__init__(code, message, hint)
        self.exit = exit_code
