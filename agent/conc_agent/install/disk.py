"""A disk that takes no more, in words."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import List, Optional

from conc_agent.outcome import Outcome, blocked, failed

_ROOM = 1 << 20


def disk_outcome(error: OSError, root: Path, state: str) -> Optional[Outcome]:
    """The outcome for an error of the disk under ``root``; None for any other. ``state``: what was left as it was."""
    place = mount_point(root)
    if error.errno == errno.ENOSPC:
        return blocked(
            f"the disk of {place} is full; {state}",
            _figures(place),
            "disk.full",
            f"make room on {place} (bytes or inodes), then deploy again",
        )
    if error.errno == errno.EDQUOT:
        return blocked(
            f"the quota on {place} is used up; {state}",
            _figures(place),
            "disk.quota",
            f"make room on {place} or have the quota raised, then deploy again",
        )
    if error.errno == errno.EROFS:
        return blocked(
            f"{place} is mounted read-only; {state}",
            (),
            "disk.read-only",
            "see the kernel's log for why, mount it writable, then deploy again",
        )
    if error.errno == errno.EIO:
        return failed(
            f"the disk of {place} fails: input/output error; {state}",
            (),
            "disk.failing",
            "see the kernel's log: the disk may have to be replaced",
        )
    return None


def check_room(folder: Path) -> None:
    """Raise ENOSPC or EDQUOT if the disk takes nothing more: the byte-compiler keeps quiet about that."""
    probe = folder / ".room"
    descriptor = os.open(str(probe), os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, _ROOM)
    except OSError as error:
        if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL):
            raise
    finally:
        os.close(descriptor)
        probe.unlink()


def mount_point(path: Path) -> Path:
    """Where the file system of a path is mounted; the path need not exist yet."""
    place = Path(os.path.realpath(str(path)))
    while not (place.exists() and os.path.ismount(str(place))) and place != place.parent:
        place = place.parent
    return place


def _figures(place: Path) -> List[str]:
    figures = os.statvfs(str(place))
    return [f"free on {place}: {figures.f_bavail * figures.f_frsize:,} bytes, {figures.f_favail:,} inodes"]
