"""One file against what was recorded of it."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Tuple, Union

CONTENT, MODE, TIME, LINK, ADDED, REMOVED = "content", "mode", "time", "link", "added", "removed"


class Difference(NamedTuple):
    """``path`` is relative to the root; ``what`` one of the constants above; ``text`` goes on after the path."""

    path: str
    what: str
    text: str


def plain_file(path: Path, told: str) -> Union[os.stat_result, Difference]:
    """What a file that conc wrote itself is now; or why there is nothing to look into."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return Difference(told, REMOVED, "is missing")
    return found if stat.S_ISREG(found.st_mode) else Difference(told, LINK, "is not a plain file")


def has_mode(found: os.stat_result, wanted: int, told: str) -> List[Difference]:
    mode = stat.S_IMODE(found.st_mode)
    return [] if mode == wanted else [Difference(told, MODE, "has mode %04o instead of %04o" % (mode, wanted))]


class Expected(NamedTuple):
    """What a file was when it was placed. ``mode`` None: only whether it may be executed, and by whom it is written."""

    size: int
    sha256: str
    mode: Optional[int] = None
    executable: bool = False
    #: Of a file that the store holds: where it is the store's own, and has its size and time, its content is too.
    inode: Optional[int] = None
    #: Nanoseconds; None: any.
    time: Optional[int] = None


class Judge:
    """``thorough``: every file is read. Otherwise size, time and inode vouch for a file that the store holds."""

    def __init__(self, thorough: bool) -> None:
        self.thorough = thorough
        self.files = 0
        #: What was found of vendors' trees, by name: releases share them.
        self.trees: Dict[str, List[Difference]] = {}
        self._digests: Dict[Tuple[int, int], str] = {}

    def file(self, path: str, name: str, expected: Expected) -> Optional[Difference]:
        """None: it is as it was. ``name``: the path that people are told."""
        self.files += 1
        try:
            found = os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            return Difference(name, REMOVED, "is missing")
        said = self._content(path, found, expected) or _mode(found, expected)
        return None if said is None else Difference(name, *said)

    def link(self, path: str, name: str, target: str) -> Optional[Difference]:
        self.files += 1
        try:
            found = os.readlink(path)
        except FileNotFoundError:
            return Difference(name, REMOVED, "is missing")
        except OSError:
            return Difference(name, LINK, "is no link any more; it led to %s" % target)
        return None if found == target else Difference(name, LINK, "leads to %s instead of %s" % (found, target))

    def _content(self, path: str, found: os.stat_result, expected: Expected) -> Optional[Tuple[str, str]]:
        if stat.S_ISLNK(found.st_mode):
            return LINK, "is a link, to %s, and no plain file" % os.readlink(path)
        if not stat.S_ISREG(found.st_mode):
            return CONTENT, "is not a plain file"
        if found.st_size != expected.size:
            return CONTENT, f"has {found.st_size:,} bytes instead of {expected.size:,}"
        another_time = expected.time is not None and found.st_mtime_ns != expected.time
        if self.thorough or not (another_time or found.st_ino == expected.inode):
            try:
                if self._digest(path, found) != expected.sha256:
                    return CONTENT, "has other content"
            except PermissionError:
                return MODE, "may not be read"
        return (TIME, "has another time stamp") if another_time else None

    def _digest(self, path: str, found: os.stat_result) -> str:
        """A file that is linked into several releases is read once."""
        key = (found.st_dev, found.st_ino)
        if key not in self._digests:
            digest = hashlib.sha256()
            with open(path, "rb") as file:
                for block in iter(lambda: file.read(1 << 20), b""):
                    digest.update(block)
            self._digests[key] = digest.hexdigest()
        return self._digests[key]


def _mode(found: os.stat_result, expected: Expected) -> Optional[Tuple[str, str]]:
    mode = stat.S_IMODE(found.st_mode)
    if expected.mode is not None:
        return None if mode == expected.mode else (MODE, "has mode %04o instead of %04o" % (mode, expected.mode))
    if bool(mode & stat.S_IXUSR) != expected.executable:
        return MODE, "is not executable" if expected.executable else "is executable"
    return (MODE, "may be written by others: mode %04o" % mode) if mode & stat.S_IWOTH else None
