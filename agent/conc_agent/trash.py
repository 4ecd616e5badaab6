"""``trash/``: what nothing needs any more is renamed here at one instant, and deleted in nobody's way.

Deleting a release takes longer than most of a deploy. Who cuts that off leaves the rest for the next change.
"""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from pathlib import Path
from typing import List, Optional

from conc_agent import release, sweeper
from conc_agent.own_source import source_of

#: Sweepers that this agent started, until it has seen their end.
_started: List[subprocess.Popen[bytes]] = []


def discard(root: Path, path: Path) -> None:
    folder = root / "trash"
    folder.mkdir(exist_ok=True)
    # rename(2) of a folder writes into it (its ".."), and store entries are read-only.
    sweeper.make_writable(str(path))
    os.rename(str(path), str(folder / (path.name + "." + uuid.uuid4().hex)))


def sweep(root: Path) -> Optional[subprocess.Popen[bytes]]:
    """Have all of it deleted by a process that nobody waits for, and that keeps neither lock nor connection open.

    None: there is nothing; or no process to be had: then the next change sees to it.
    """
    if not is_filled(root):
        return None
    argv = [sys.executable, "-I", "-S", "-B", "-c", source_of(sweeper), str(root / "trash")]
    null = subprocess.DEVNULL
    try:
        process = subprocess.Popen(argv, stdin=null, stdout=null, stderr=null, cwd="/", start_new_session=True)
    except OSError:
        return None
    _started[:] = [each for each in _started if each.poll() is None] + [process]
    return process


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
