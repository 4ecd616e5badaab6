"""Generations of the application's secrets, as they are against what was recorded when they were written.

Contents are not compared: a digest of a short secret would give it away. Size, time and inode are, as of the store.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import List

from conc_agent.drift.judge import ADDED, CONTENT, REMOVED, TIME, Difference, has_mode, plain_file
from conc_agent.env import generations
from conc_agent.env.generations import FILE_MODE, FOLDER, FOLDER_MODE, RECORD, Generation


def generation_drift(root: Path, name: str) -> List[Difference]:
    """Of the generation that a release names."""
    number = generations.of_release(root, name)
    if number is None:
        return []
    about = generations.recorded(root).get(number)
    if about is None:
        return [Difference("%s/%d.json" % (FOLDER, number), REMOVED, "is not recorded: %s names it" % name)]
    return _compared(root, number, about) + _folder(root)


def every_generation_drift(root: Path) -> List[Difference]:
    """Of all that are recorded, and of what is beside them."""
    try:
        seen = sorted(os.listdir(str(root / FOLDER)))
    except FileNotFoundError:
        return []
    known = generations.recorded(root)
    found = [each for number in sorted(known) for each in _compared(root, number, known[number])]
    own = {RECORD} | {"%d.json" % number for number in known}
    return (
        _folder(root)
        + found
        + [Difference("%s/%s" % (FOLDER, name), ADDED, "was added") for name in seen if name not in own]
    )


def _compared(root: Path, number: int, about: Generation) -> List[Difference]:
    path, told = generations.path_of(root, number), "%s/%d.json" % (FOLDER, number)
    found = plain_file(path, told)
    if isinstance(found, Difference):
        return [found]
    if found.st_size != about.size:
        return [Difference(told, CONTENT, f"has {found.st_size:,} bytes instead of {about.size:,}")]
    if found.st_ino != about.inode:
        return [Difference(told, CONTENT, "is another file than conc wrote")]
    if found.st_mtime_ns != about.time:
        return [Difference(told, TIME, "was written to since conc wrote it")]
    return has_mode(found, FILE_MODE, told)


def _folder(root: Path) -> List[Difference]:
    try:
        return has_mode((root / FOLDER).lstat(), FOLDER_MODE, FOLDER)
    except FileNotFoundError:
        return []
