"""An application's secrets for an account that doesn't own them: copies that root owns, which systemd hands over.

``LoadCredential`` is read by root (systemd.exec(5)). From a folder of a user's it could be led to any file of the
machine's, so root copies ``<root>/env/<generation>.json`` beforehand, through no link, and only what that user owns.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from pathlib import Path
from typing import List

from conc_agent import durable
from conc_agent.services import manifest
from conc_agent.services.systemd_units import prefix

_COPIES = Path("/var/lib/conc/env")
_GENERATION = re.compile(r"[0-9]+\.json\Z")
#: Of one credential (systemd.exec(5)).
_LIMIT = 1 << 20


def folder(root: Path) -> Path:
    """Its names may be seen by everybody, what is in it by root alone."""
    return _COPIES / prefix(root)[len("conc-") : -1]


def are_needed(root: Path, user: str) -> bool:
    """There are secrets, and that account may not read them where they are."""
    return (root / "env").is_dir() and manifest.account(user).pw_uid != os.stat(str(root)).st_uid


def differ(root: Path) -> bool:
    """A generation never changes, so names tell."""
    return _generations(root / "env") != _generations(folder(root))


def copy(root: Path) -> None:
    """By root. The copies are those of the generations that are there now, and no others."""
    place, owner = folder(root), os.lstat(str(root)).st_uid
    os.makedirs(str(place), mode=0o755, exist_ok=True)
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    source = os.open(str(root / "env"), flags | os.O_DIRECTORY)
    try:
        names = [name for name in os.listdir(source) if _GENERATION.match(name)]
        for name in set(names) - set(_generations(place)):
            with open(os.open(name, flags, dir_fd=source), "rb") as file:
                found = os.fstat(file.fileno())
                if stat.S_ISREG(found.st_mode) and found.st_uid == owner and found.st_size <= _LIMIT:
                    durable.write_file(place / name, file.read(_LIMIT), 0o600)
    finally:
        os.close(source)
    forget(root)


def surplus(root: Path) -> List[str]:
    """Copies of what is no more."""
    kept = _generations(root / "env")
    return [name for name in _generations(folder(root)) if name not in kept]


def forget(root: Path) -> None:
    """By root."""
    for name in surplus(root):
        durable.remove(folder(root) / name)


def remove(root: Path) -> None:
    shutil.rmtree(str(folder(root)), ignore_errors=True)


def _generations(where: Path) -> List[str]:
    try:
        return sorted(name for name in os.listdir(str(where)) if _GENERATION.match(name))
    except FileNotFoundError:
        return []
