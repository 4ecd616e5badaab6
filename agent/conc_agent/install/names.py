"""Which names from an archive may become files. Every one is checked before a write (invariant 10)."""

from __future__ import annotations

import os
from typing import Optional

MAX_COMPONENT = 255
"""Bytes in one file name: NAME_MAX of every file system that conc runs on."""


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
    if any(character < " " or character == "\x7f" for character in path):
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
    return None


def script_problem(name: str) -> Optional[str]:
    """What is wrong with the name of a generated script; None when nothing is."""
    if "/" in name:
        return "a script that leaves bin/"
    if " " in name or "\t" in name:
        return "a blank in a script's name"
    return path_problem(name)
