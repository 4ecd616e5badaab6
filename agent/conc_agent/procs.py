"""What processes run, as the kernel tells it (proc(5)), not as anyone remembers it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Dict, Iterator, Optional, Set


def environment(pid: int) -> Dict[str, str]:
    """As it was when the process was executed. Empty for processes of other users, and for those that have ended."""
    found = {}
    for entry in _read(pid, "environ").split("\0"):
        key, equals, value = entry.partition("=")
        if equals:
            found[key] = value
    return found


def release_of(pid: int, root: Path) -> Optional[str]:
    """The release that a process runs: its launcher says so, else its command line. None: not known."""
    known = environment(pid)
    if known.get("CONC_ROOT") == str(root) and "CONC_RELEASE" in known:
        return known["CONC_RELEASE"]
    return next(iter(_releases_in(_read(pid, "cmdline"), root)), None)


def live_releases(root: Path) -> Set[str]:
    """Every release that some process runs from: by command line, executable, working directory or launcher."""
    found: Set[str] = set()
    for pid in pids():
        known = environment(pid)
        if known.get("CONC_ROOT") == str(root) and "CONC_RELEASE" in known:
            found.add(known["CONC_RELEASE"])
        links = "\0".join([_link(pid, "exe"), _link(pid, "cwd") + "/"])
        found.update(_releases_in(_read(pid, "cmdline") + "\0" + links, root))
    return found


def pids() -> Iterator[int]:
    return (int(name) for name in os.listdir("/proc") if name.isdigit())


def is_alive(pid: int) -> bool:
    """A zombie is not alive: it waits for its parent only."""
    stat = _read(pid, "stat")
    return stat != "" and stat.rpartition(")")[2].split()[0] != "Z"


def started(pid: int) -> Optional[int]:
    """Ticks since boot; None: there is no such process. With it a pid names one process, for pids come again."""
    fields = _read(pid, "stat").rpartition(")")[2].split()
    return int(fields[19]) if len(fields) > 19 else None


def parent(pid: int) -> Optional[int]:
    fields = _read(pid, "stat").rpartition(")")[2].split()
    return int(fields[1]) if len(fields) > 1 else None


def command_line(pid: int) -> str:
    return _read(pid, "cmdline").replace("\0", " ").strip()


def _releases_in(text: str, root: Path) -> Iterator[str]:
    return (
        match.group(1)
        for match in re.finditer(re.escape(str(root)) + r"/releases/(r[0-9]+-[0-9a-f]{8})(?=[/\0\s]|$)", text)
    )


def _read(pid: int, name: str) -> str:
    try:
        with open("/proc/%d/%s" % (pid, name), encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except OSError:
        return ""


def _link(pid: int, name: str) -> str:
    try:
        return os.readlink("/proc/%d/%s" % (pid, name))
    except OSError:
        return ""
