"""Which file system a path lies on, from /proc/self/mountinfo (proc(5))."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import List, NamedTuple, Tuple

#: Locks of these are other machines' business, and their rename is not the kernel's: conc keeps no root there.
NETWORK = frozenset(
    [
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "coda", "gfs2", "glusterfs", "lustre", "ocfs2"),
        *("gpfs", "beegfs", "davfs", "fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.rclone", "fuse.s3fs"),
    ]
)


class Mount(NamedTuple):
    """One line of mountinfo."""

    point: str
    file_system: str
    #: Of this mount, and of the file system beneath.
    options: Tuple[str, ...]

    @property
    def network(self) -> bool:
        return self.file_system in NETWORK

    @property
    def noexec(self) -> bool:
        return "noexec" in self.options

    @property
    def read_only(self) -> bool:
        return "ro" in self.options


def mount_of(path: Path) -> Mount:
    """The mount that a path, or the nearest folder above it that exists, lies on. Of several on one point, the last."""
    place = str(nearest(path))
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
        over = [mount for mount in parse(file.read()) if _holds(mount.point, place)]
    longest = max((len(mount.point) for mount in over), default=0)
    return [mount for mount in over if len(mount.point) == longest][-1]


def nearest(path: Path) -> Path:
    """The path itself, or the nearest folder above it that exists."""
    place = Path(os.path.realpath(str(path)))
    while not os.path.exists(str(place)):
        place = place.parent
    return place


def parse(text: str) -> List[Mount]:
    mounts = []
    for line in text.splitlines():
        before, _, after = line.partition(" - ")
        point, options = before.split(" ")[4:6]
        file_system, _, beneath = after.split(" ")[:3]
        mounts.append(Mount(_unescape(point), file_system, tuple(options.split(",") + beneath.split(","))))
    return mounts


def _unescape(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match.group(1), 8)), text)


def _holds(point: str, path: str) -> bool:
    return path == point or path.startswith(point.rstrip("/") + "/")
