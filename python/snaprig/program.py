# SPDX-License-Identifier: Apache-2.0
"""The program snaprig: it makes images and mounts them."""
from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
from typing import Any

from .errors import CommandFailed


def find() -> str:
    """Where the program is: $SNAPRIG, the PATH, or beside this source tree."""
    beside = pathlib.Path(__file__).resolve().parents[2] / "snaprig"
    found = os.environ.get("SNAPRIG") or shutil.which("snaprig")
    if not found and beside.is_file():
        found = str(beside)
    if not found:
        raise CommandFailed(127, "ENOENT", "there is no program 'snaprig'",
                            "put it into the PATH, or let $SNAPRIG name it")
    return found


def run(*words: str | os.PathLike[str]) -> dict[str, Any]:
    """Runs a command with --json and returns its document; raises CommandFailed."""
    command = [find(), *(os.fspath(word) for word in words), "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          stdin=subprocess.DEVNULL, check=False)
    try:
        document: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        document = {}
    error = document.get("error")
    if done.returncode != 0 and isinstance(error, dict):
        raise CommandFailed(done.returncode, error["code"], error["message"], error.get("hint"))
    if done.returncode != 0 and not document:
        raise CommandFailed(done.returncode, None, done.stderr.strip())
    return document
