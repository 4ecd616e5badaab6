"""``preflight``: what the change needs, beside what the node has. All unmet needs are told at once."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional

from conc_agent import btrfs, libraries, logind, outcome, services, trash
from conc_agent.context import Context
from conc_agent.facts import boot
from conc_agent.install import spare
from conc_agent.mounts import Mount, mount_of, nearest
from conc_agent.outcome import Outcome

#: Beyond what was asked: file systems round up, logs grow, others write too.
MARGIN, MARGIN_BYTES, MARGIN_INODES = 1.1, 16 << 20, 500

#: On btrfs: what a file takes in metadata (its inode, its names, leaves that are half full), and beyond that.
METADATA_FILE, METADATA_BYTES = 1 << 10, 16 << 20

#: Everything here is renamed or linked into one another.
ONE_FILE_SYSTEM = ("releases", "store", "change", "state", "bin", "tools", "supervisor", "vendors")


class Disk(NamedTuple):
    """What is free."""

    free_bytes: int
    #: None: the file system makes them as they are needed (btrfs).
    free_inodes: Optional[int]

    @classmethod
    def of(cls, path: Path) -> Disk:
        """What an ordinary user may still use (statvfs(3), f_bavail)."""
        stat = os.statvfs(str(nearest(path)))
        return cls(stat.f_bavail * stat.f_frsize, stat.f_favail if stat.f_files else None)


_HINT = "mend them, then deploy again. What root sees to once, conc prepare NODE prints or does"


def run(context: Context, request: Dict[str, Any]) -> Outcome:
    if _disk(context.root, request):
        # Room that is being freed, or that nothing needs, doesn't lack.
        spare.free(context.root)
        trash.empty(context.root)
    unmet_needs = unmet(context.root, request)
    if unmet_needs:
        count = "1 need is" if len(unmet_needs) == 1 else "%d needs are" % len(unmet_needs)
        return outcome.blocked("%s not met" % count, unmet_needs, "preflight.unmet", _HINT)
    disk = Disk.of(context.root)
    has = bytes_text(disk.free_bytes)
    if disk.free_inodes is None:
        return outcome.ok("needs %s; has %s" % (bytes_text(request["bytes"]), has))
    needs = "needs %s and %s inodes" % (bytes_text(request["bytes"]), count_text(request["inodes"]))
    return outcome.ok("%s; has %s and %s" % (needs, has, count_text(disk.free_inodes)))


def unmet(root: Path, request: Dict[str, Any]) -> List[str]:
    """A line for each need that is not met. Reads only; the root need not exist."""
    needs = _mount(root, mount_of(root)) + _owner(root) + _disk(root, request)
    needs += _one_file_system(root)
    needs += _interpreter(request["python"]) + libraries.unmet(request.get("needs"))
    needs += services.named(request["service"]).needs(root, request.get("processes", []))
    needs += filter(None, [logind.logout_need("the guard of a change and what serves")])
    if not boot().partition(":")[0]:
        needs.append("/proc can't be read: conc couldn't tell a reboot from a restart")
    return needs


def bytes_text(count: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return "%.3g %s" % (count, unit)
        count /= 1000
    return "%.3g TB" % count


def count_text(count: float) -> str:
    return str(int(count)) if count < 10_000 else "%.3g k" % (count / 1e3) if count < 1e6 else "%.3g M" % (count / 1e6)


def _mount(root: Path, mount: Mount) -> List[str]:
    where = "%s, on which %s lies," % (mount.point, root)
    needs = []
    if mount.network:
        needs.append("%s is a network file system (%s): locks don't hold there" % (where, mount.file_system))
    if mount.noexec:
        needs.append("%s is mounted noexec: nothing in a venv could be executed" % where)
    if mount.read_only:
        needs.append("%s is mounted read-only" % where)
    return needs


def _owner(root: Path) -> List[str]:
    place = nearest(root)
    if place == root and os.stat(str(root)).st_uid != os.geteuid():
        return ["%s belongs to user id %d, and this is user id %d" % (root, os.stat(str(root)).st_uid, os.geteuid())]
    if not os.access(str(place), os.W_OK | os.X_OK):
        return ["%s can't be written to by user id %d" % (place, os.geteuid())]
    return []


def _disk(root: Path, request: Dict[str, Any]) -> List[str]:
    return _room(Disk.of(root), request) + _metadata(root, request)


def _room(disk: Disk, request: Dict[str, Any]) -> List[str]:
    needs = []
    wanted = request["bytes"] * MARGIN + MARGIN_BYTES
    if disk.free_bytes < wanted:
        needs.append("needs %s of disk (margin included), has %s" % (bytes_text(wanted), bytes_text(disk.free_bytes)))
    files = request["inodes"] * MARGIN + MARGIN_INODES
    if disk.free_inodes is not None and disk.free_inodes < files:
        needs.append("needs %s inodes (margin included), has %s" % (count_text(files), count_text(disk.free_inodes)))
    return needs


def _metadata(root: Path, request: Dict[str, Any]) -> List[str]:
    """On ext4 and xfs an undo needs no room that was not taken before. On btrfs every rename writes new metadata."""
    free = btrfs.metadata_room(nearest(root), request["bytes"])
    wanted = request["inodes"] * MARGIN * METADATA_FILE + METADATA_BYTES
    if free is None or free >= wanted:
        return []
    return ["needs %s of btrfs metadata (margin included), has %s" % (bytes_text(wanted), bytes_text(free))]


def _one_file_system(root: Path) -> List[str]:
    if not root.exists():
        return []
    device = os.stat(str(root)).st_dev
    others = [name for name in ONE_FILE_SYSTEM if (root / name).exists() and os.stat(str(root / name)).st_dev != device]
    return ["%s lies on another file system than %s" % (root / name, root) for name in others]


def _interpreter(python: Dict[str, Any]) -> List[str]:
    """The wheels were chosen for one interpreter, and the venv will point at it."""
    needs = []
    if sys.implementation.cache_tag != python["cacheTag"]:
        needs.append("the interpreter is %s, expected was %s" % (sys.implementation.cache_tag, python["cacheTag"]))
    if not os.access(python["executable"], os.X_OK):
        needs.append("the interpreter %s is not there any more" % python["executable"])
    if importlib.util.find_spec("venv") is None:
        needs.append("the interpreter has no venv module (Debian: it is in libpython3-stdlib)")
    return needs
