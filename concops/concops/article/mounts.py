"""What is mounted, as the kernel tells it. A mount whose other end is gone blocks who looks at it, so nobody does."""

from __future__ import annotations

import os
import re
from typing import List, NamedTuple


class Mount(NamedTuple):
    """A line of the mount table: where, what kind, and of what."""

    point: str
    kind: str
    source: str


def mounts() -> List[Mount]:
    """proc(5), /proc/self/mountinfo: of several at one point the last is the one that is seen."""
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as lines:
        return [_read(line) for line in lines]


def mounted_at(path: str) -> List[Mount]:
    where = real(path)
    return [mount for mount in mounts() if mount.point == where]


def mounted_within(path: str) -> List[Mount]:
    """At a path or below it."""
    where = real(path)
    return [mount for mount in mounts() if mount.point == where or mount.point.startswith(where + "/")]


def real(path: str) -> str:
    """Without links in what leads to it; the last part is not looked at."""
    folder, name = os.path.split(os.path.abspath(path))
    return os.path.join(os.path.realpath(folder), name)


def _read(line: str) -> Mount:
    first, _, second = line.partition(" - ")
    kind, source = second.split()[:2]
    return Mount(_plain(first.split()[4]), kind, _plain(source))


def _plain(text: str) -> str:
    """Blanks are written as ``\\040``."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match.group(1), 8)), text)
