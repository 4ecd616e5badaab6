"""``trash/``: what nothing needs any more is renamed here at one instant, and deleted in nobody's way.

Deleting a release takes longer than most of a deploy. Who cuts that off leaves the rest for the next change.
"""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import Optional

from conc_agent import release, sweeper


def discard(root: Path, path: Path) -> Path:
    """Returns where it is now."""
    folder = root / "trash"
    folder.mkdir(exist_ok=True)
    # rename(2) of a folder writes into it (its ".."), and store entries are read-only.
    sweeper.make_writable(str(path))
    away = folder / (path.name + "." + uuid.uuid4().hex)
    os.rename(str(path), str(away))
    return away


def sweep(root: Path) -> Optional[int]:
    """Have all of it deleted by a process that nobody waits for. None: there is nothing; or no process to be had: then
    the next change sees to it."""
    return sweeper.start(str(root / "trash")) if is_filled(root) else None


def empty(root: Path) -> None:
    """Delete all of it, and wait for that: the room is needed. What can't be deleted stays for the next time."""
    sweeper.empty(str(root / "trash"))


def is_filled(root: Path) -> bool:
    try:
        return bool(os.listdir(str(root / "trash")))
    except FileNotFoundError:
        return False


def discard_incomplete(root: Path) -> None:
    """Releases whose install was cut off. Under the change's lock, and before its own install."""
    for name in release.listed(root):
        path = release.folder(root, name)
        if not (path / "release.json").exists():
            discard(root, path)
