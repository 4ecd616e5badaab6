"""The programs in ``bin/`` against the digest that each carries (``conc_agent.mark``)."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import List

from conc_agent import mark, release
from conc_agent.drift.judge import ADDED, CONTENT, LINK, MODE, REMOVED, Difference

_MODE = 0o755
#: The starter of the service manager, where there is one.
_STARTER = "supervisord"


def launcher_drift(root: Path, name: str) -> List[Difference]:
    """The launchers that a release's processes are started by."""
    return [found for process in release.launched(root, name) for found in _program(root, process["name"])]


def other_drift(root: Path) -> List[Difference]:
    """All else in ``bin/``: the starter, and what is not of conc."""
    names = {process["name"] for each in release.listed(root) for process in release.launched(root, each)}
    try:
        seen = sorted(os.listdir(str(root / "bin")))
    except FileNotFoundError:
        return []
    added = [name for name in seen if name not in names | {_STARTER} and not name.startswith(".")]
    starter = _program(root, _STARTER) if _STARTER in seen else []
    return starter + [Difference("bin/" + name, ADDED, "was added") for name in added]


def _program(root: Path, name: str) -> List[Difference]:
    path, told = root / "bin" / name, "bin/" + name
    try:
        found = path.lstat()
    except FileNotFoundError:
        return [Difference(told, REMOVED, "is missing")]
    if not stat.S_ISREG(found.st_mode):
        return [Difference(told, LINK, "is not a plain file")]
    if mark.fits(path.read_bytes()) is not True:
        return [Difference(told, CONTENT, "has other content")]
    mode = stat.S_IMODE(found.st_mode)
    return [] if mode == _MODE else [Difference(told, MODE, "has mode %04o instead of %04o" % (mode, _MODE))]
