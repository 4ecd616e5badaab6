"""Room for the way back, taken before a change does anything: on a disk that is full, an undo needs none.

Seen on ext4 and xfs: where nothing can be written any more, a rename of what was made before still works. So an undo's
link and ``serving.json`` are made at the beginning, the journal has its room, and a reserve is let go for the rest.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
from pathlib import Path
from typing import Optional

from conc_agent import durable, serving

#: Bytes: what an undo and a closing write beside what was made before: state, history, a service manager's files.
SIZE = 1 << 20
#: Empty files: an undo makes names too, where a file system has run out of inodes.
NAMES = 16
#: Bytes for the records of a change: so many are seldom reached.
JOURNAL = 1 << 17

_FOLDER, _BACK = "reserve", "back"
_KEEP_SIZE = 1
"""FALLOC_FL_KEEP_SIZE of fallocate(2): what is appended later goes into the room behind the end."""
#: This file system can't: btrfs would write elsewhere anyway.
_CANNOT = (errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS)


def make(change: Path, former: Optional[str]) -> None:
    """Before the first intent. ``former``: the release that an undo goes back to. Raises OSError for want of room."""
    folder = change / _FOLDER
    folder.mkdir(exist_ok=True)
    _allocate(folder / "room", SIZE, 0)
    for number in range(NAMES):
        (folder / ("name-%d" % number)).touch()
    _allocate(change / "journal", JOURNAL, _KEEP_SIZE)
    if former is not None:
        back = change / _BACK
        back.mkdir(exist_ok=True)
        durable.write_json(back / "serving.json", serving.settled(None, former).as_json())
        durable.replace_link(back / "current", "releases/" + former)


def free(change: Path) -> None:
    """Let the reserve go, once something has to be written whatever happens."""
    shutil.rmtree(str(change / _FOLDER), ignore_errors=True)


def point_back(change: Path, root: Path, name: str) -> bool:
    """Rename what was made at the beginning, ``current`` or ``serving.json``, to its place. False: it was used."""
    try:
        os.rename(str(change / _BACK / name), str(root / name))
    except FileNotFoundError:
        return False
    durable.sync_folder(root)
    return True


def _allocate(path: Path, size: int, mode: int) -> None:
    """fallocate(2) by ctypes, because Python's ``posix_fallocate`` can't keep a file's size."""
    descriptor = os.open(str(path), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        library = ctypes.CDLL(None, use_errno=True)
        arguments = (ctypes.c_int(descriptor), ctypes.c_int(mode), ctypes.c_int64(0), ctypes.c_int64(size))
        # glibc's name for the call with 64 bits everywhere; musl has one call.
        fallocate = getattr(library, "fallocate64", None) or getattr(library, "fallocate", None)
        code = errno.ENOSYS if fallocate is None else ctypes.get_errno() if fallocate(*arguments) else 0
        if code == 0:
            return
        if code not in _CANNOT:
            raise OSError(code, os.strerror(code), str(path))
        if not mode:
            os.write(descriptor, b"\0" * size)
    finally:
        os.close(descriptor)
