#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""protocol_examples.py PAGE CONTROL - sends the examples of the page to a rig, in order.

In each block ```text, a line "->" is sent unchanged, and the line "<-" after it is the expected
answer: at least the same members; "..." stands for any value.
"""
import json
import re
import socket
import sys


def is_like(told, got):
    """Whether the answer is what the page shows."""
    if told == "...":
        return True
    if isinstance(told, dict):
        return isinstance(got, dict) and all(
            key in got and is_like(value, got[key]) for key, value in told.items())
    if isinstance(told, list):
        return isinstance(got, list) and len(told) == len(got) and all(map(is_like, told, got))
    return told == got


def main():
    """The command line."""
    page, control = sys.argv[1:]
    peer = socket.socket(socket.AF_UNIX)
    peer.settimeout(20)
    peer.connect(control)
    lines, count = peer.makefile("rb"), 0
    for block in re.findall(r"```text\n(.*?)```", open(page, encoding="utf-8").read(), re.S):
        for line in block.splitlines():
            if line.startswith("-> "):
                peer.sendall(line[3:].encode() + b"\n")
            elif line.startswith("<- "):
                got, count = lines.readline().decode(), count + 1
                if not is_like(json.loads(line[3:]), json.loads(got)):
                    sys.exit("told:     %s\nanswered: %s" % (line[3:], got))
            else:
                sys.exit("neither sent nor answered: %s" % line)
    print("%d answers are as the page tells" % count)


main()
