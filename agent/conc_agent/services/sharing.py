"""What an application keeps is a folder of the deploying user's. Its account has to write there too."""

from __future__ import annotations

import os
from pathlib import Path


def share(root: Path, group: int) -> None:
    """An account that ``shared`` and its logs don't belong to writes there: its group may. Through no link."""
    owner = os.lstat(str(root))
    if owner.st_gid == group and owner.st_uid != 0:
        return
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    folder = os.open(str(root), flags)
    try:
        for name in ("shared", "log"):
            inner = os.open(name, flags, dir_fd=folder)
            os.close(folder)
            folder = inner
            found = os.fstat(folder)
            if found.st_uid == owner.st_uid and found.st_gid != group:
                os.fchown(folder, -1, group)
                os.fchmod(folder, 0o2775)
    finally:
        os.close(folder)
