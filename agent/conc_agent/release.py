"""What lies under a root: releases, ``current``. Reads, and the paths of everything else."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Dict, List, Optional

from conc_agent import durable

#: ``r42-c21e88b0``: a running number, and a hash of what the release is.
ID = re.compile(r"r([1-9][0-9]*)-[0-9a-f]{8}\Z")


def root_path(text: str) -> Path:
    """The root as a request names it, absolute; ``~`` is the deploying user's home."""
    path = os.path.expanduser(text)
    if not os.path.isabs(path):
        raise ValueError("root is not absolute: %s" % text)
    return Path(os.path.realpath(path))


def folder(root: Path, release: str) -> Path:
    """Where a release lies. The id comes from outside: it is checked to be a plain name."""
    if not ID.match(release):
        raise ValueError("not a release id: %r" % release)
    return root / "releases" / release


def number(release: str) -> int:
    match = ID.match(release)
    return int(match.group(1)) if match else 0


def current(root: Path) -> Optional[str]:
    """The id that ``current`` points at, whatever it is."""
    try:
        return os.path.basename(os.readlink(str(root / "current")))
    except FileNotFoundError:
        return None


def point_current(root: Path, release: str) -> None:
    durable.replace_link(root / "current", "releases/" + release)


def listed(root: Path) -> List[str]:
    """The ids of all releases, by number; incomplete ones too."""
    try:
        names = os.listdir(str(root / "releases"))
    except FileNotFoundError:
        return []
    return sorted((name for name in names if ID.match(name)), key=number)


def record(root: Path, release: str) -> Optional[Dict[str, Any]]:
    """``release.json``, which is written last: None means that the release is not complete."""
    return durable.read_json(folder(root, release) / "release.json")


def processes(root: Path, release: str) -> List[Dict[str, Any]]:
    found = record(root, release)
    return [] if found is None else found.get("processes", [])


def launched(root: Path, release: str) -> List[Dict[str, Any]]:
    """All that has a launcher: its processes, and what cron runs."""
    found = record(root, release)
    return [] if found is None else [*found.get("processes", []), *found.get("crons", [])]
