"""Which names from an archive may become files. Every one is checked before a write (invariant 10)."""

from __future__ import annotations

import os
import re
from typing import Optional

MAX_COMPONENT = 255
"""Bytes in one file name: NAME_MAX of every file system that conc runs on."""
MAX_PATH = 1024
"""Bytes in a path: a quarter of PATH_MAX, so that the root's own length never decides whether a wheel can be placed."""

_CONTROL = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029]")
"""Also what Python's ``str.splitlines`` takes for the end of a line: RECORD and METADATA are read by lines."""


def path_problem(path: str) -> Optional[str]:
    """What is wrong with a relative path of an archive, in words; None when nothing is.

    Stricter than pip, which normalises ``a//b`` and ``./a``: no build tool writes them, and two spellings of one
    path are how two readers of one archive come to different files.
    """
    if not path:
        return "an empty name"
    if path.startswith("/"):
        return "an absolute path"
    if "\\" in path:
        return "a backslash in a name"
    if re.match("[A-Za-z]:", path):
        return "a drive letter in a name"
    if _CONTROL.search(path):
        return "a control character in a name"
    for part in path.split("/"):
        if part == "..":
            return "a path that leaves its folder"
        if part in ("", "."):
            return "a path that is not in its plain form"
        try:
            encoded = os.fsencode(part)
        except UnicodeEncodeError:
            return "a name that this node's locale cannot write"
        if len(encoded) > MAX_COMPONENT:
            return "a name of more than 255 bytes"
    if len(os.fsencode(path)) > MAX_PATH:
        return "a path of more than 1024 bytes"
    return None


def script_problem(name: str) -> Optional[str]:
    """What is wrong with the name of a generated script; None when nothing is."""
    if "/" in name:
        return "a script that leaves bin/"
    if " " in name or "\t" in name:
        return "a blank in a script's name"
    return path_problem(name)
