"""``trash/``: what nothing needs any more is renamed here at one instant, and deleted by the next change."""

from __future__ import annotations

import os
import shutil
import stat
import uuid
from pathlib import Path

from conc_agent import release


def discard(root: Path, path: Path) -> None:
    folder = root / "trash"
    folder.mkdir(exist_ok=True)
    # rename(2) of a folder writes into it (its ".."), and store entries are read-only.
    _make_writable(str(path))
    os.rename(str(path), str(folder / (path.name + "." + uuid.uuid4().hex)))


def empty(root: Path) -> None:
    """What can't be deleted stays for the next time."""
    folder = root / "trash"
    if folder.is_dir():
        for name in os.listdir(str(folder)):
            _delete(str(folder / name))


def discard_incomplete(root: Path) -> None:
    """Releases whose install was cut off. Under the change's lock, and before its own install."""
    for name in release.listed(root):
        path = release.folder(root, name)
        if not (path / "release.json").exists():
            discard(root, path)


def _delete(path: str) -> None:
    shutil.rmtree(path, ignore_errors=True)
    if os.path.lexists(path):
        for folder, _, _ in os.walk(path):
            _make_writable(folder)
        shutil.rmtree(path, ignore_errors=True)


def _make_writable(folder: str) -> None:
    """Of folders only: a file's mode is shared by every link to it."""
    os.chmod(folder, os.stat(folder).st_mode | stat.S_IRWXU)
