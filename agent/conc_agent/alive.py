"""A release that is in use: whoever holds a shared flock on its ``.alive`` keeps prune from removing it."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from pathlib import Path
from typing import Dict, Iterator, Optional, Set

from conc_agent import release
from conc_agent.channel import CallError


@contextmanager
def held(root: Path, name: str) -> Iterator[None]:
    """Raises ``CallError`` ``release.none`` where it is not there, or not complete."""
    try:
        descriptor = os.open(str(release.folder(root, name) / ".alive"), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise _none(root, name) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        if release.record(root, name) is None:
            raise _none(root, name)
        yield
    finally:
        os.close(descriptor)


def held_by(root: Path, pid: int) -> Optional[str]:
    """The release whose ``.alive`` this process locked; None: none, or more than one."""
    found = holders(root).get(pid, set())
    return next(iter(found)) if len(found) == 1 else None


def holders(root: Path) -> Dict[int, Set[str]]:
    """Which releases' ``.alive`` each process locked, as /proc/locks tells every user of every process (proc(5))."""
    releases = {str(_inode(root, name)): name for name in release.listed(root)}
    found: Dict[int, Set[str]] = {}
    try:
        with open("/proc/locks", encoding="ascii") as file:
            fields = [line.split() for line in file]
        for one in fields:
            inode = one[5].rpartition(":")[2]
            if one[1] == "FLOCK" and inode in releases:
                found.setdefault(int(one[4]), set()).add(releases[inode])
    except (OSError, IndexError):
        return {}
    return found


def chosen(root: Path, wanted: str) -> str:
    """The id of the release that a person names, ``r42`` for short, or of the one that serves for ``""``."""
    if not wanted:
        found = release.current(root)
        if found is None:
            raise CallError(
                "release.none", "no release serves in %s" % root, hint="deploy one first, or name one: --release ID"
            )
        return found
    known = [name for name in release.listed(root) if name == wanted or name.startswith(wanted + "-")]
    if len(known) == 1:
        return known[0]
    listed = ", ".join(release.listed(root)) or "none"
    raise CallError("release.unknown", "there is no release %s in %s: there is %s" % (wanted, root, listed))


def _inode(root: Path, name: str) -> Optional[int]:
    try:
        return os.stat(str(release.folder(root, name) / ".alive")).st_ino
    except FileNotFoundError:
        return None


def _none(root: Path, name: str) -> CallError:
    return CallError("release.none", "%s is not there, or not complete, in %s" % (name, root))
