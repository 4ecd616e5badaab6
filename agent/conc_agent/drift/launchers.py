"""The programs in ``bin/`` against the digest that each carries (``conc_agent.mark``)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import List

from conc_agent import mark, release
from conc_agent.drift.judge import ADDED, CONTENT, Difference, has_mode, plain_file

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
    found = plain_file(path, told)
    if isinstance(found, Difference):
        return [found]
    if mark.fits(path.read_bytes()) is not True:
        return [Difference(told, CONTENT, "has other content")]
    return has_mode(found, _MODE, told)
