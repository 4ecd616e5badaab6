"""What processes run, as the kernel tells it (proc(5)), not as anyone remembers it."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Set


def environment(pid: int) -> Dict[str, str]:
    """As it was when the process was executed. Empty for processes of other users, and for those that have ended."""
    return _variables(_read(pid, "environ"))


def release_of(pid: int, root: Path) -> Optional[str]:
    """The release that a process runs: its launcher says so, else its command line. None: not known."""
    return _launched(pid, root) or next(iter(_releases_in(_read(pid, "cmdline"), root)), None)


def evidence(pid: int, root: Path) -> Dict[str, str]:
    """What tells which release a process runs: ``{"command line": "r42-c21e88b0"}``. A program that writes over its
    environment and command line still has the folder that its launcher chose, and the lock that it inherited."""
    launched = _launched(pid, root)
    found = {} if launched is None else {"environment": launched}
    places = {
        "command line": _read(pid, "cmdline"),
        "executable": _link(pid, "exe"),
        "working directory": _link(pid, "cwd") + "/",
        "lock": next((link for link in _open_files(pid) if link.endswith("/.alive")), ""),
    }
    for name, text in places.items():
        for release in _releases_in(text, root):
            found.setdefault(name, release)
    return found


def sockets(pid: int) -> Set[int]:
    """The inodes of the sockets that it has open."""
    found = (re.match(r"socket:\[([0-9]+)\]\Z", link) for link in _open_files(pid))
    return {int(match.group(1)) for match in found if match}


def live_releases(root: Path) -> Set[str]:
    """Every release that some process runs from: by command line, executable, working directory or launcher."""
    found: Set[str] = set()
    for pid in pids():
        launched = _launched(pid, root)
        if launched is not None:
            found.add(launched)
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


def started_at(pid: int) -> Optional[float]:
    """Seconds since the epoch, as the clock is now; None: there is no such process."""
    ticks = started(pid)
    if ticks is None:
        return None
    with open("/proc/uptime", encoding="ascii") as file:
        uptime = float(file.read().split()[0])
    return time.time() - uptime + ticks / os.sysconf("SC_CLK_TCK")


def descendants(pid: int) -> List[int]:
    """Its children, and theirs."""
    parents: Dict[int, List[int]] = {}
    for each in pids():
        above = parent(each)
        if above is not None:
            parents.setdefault(above, []).append(each)
    found, new = [], [pid]
    while new:
        new = [child for each in new for child in parents.get(each, [])]
        found += new
    return found


def parent(pid: int) -> Optional[int]:
    fields = _read(pid, "stat").rpartition(")")[2].split()
    return int(fields[1]) if len(fields) > 1 else None


def command_line(pid: int) -> str:
    return _read(pid, "cmdline").replace("\0", " ").strip()


def _launched(pid: int, root: Path) -> Optional[str]:
    """The release that its launcher put into its environment. Of all the others that is not taken apart."""
    text = _read(pid, "environ")
    if "CONC_RELEASE=" not in text:
        return None
    known = _variables(text)
    return known.get("CONC_RELEASE") if known.get("CONC_ROOT") == str(root) else None


def _variables(text: str) -> Dict[str, str]:
    found = {}
    for entry in text.split("\0"):
        key, equals, value = entry.partition("=")
        if equals:
            found[key] = value
    return found


def _releases_in(text: str, root: Path) -> Iterator[str]:
    return (
        match.group(1)
        for match in re.finditer(re.escape(str(root)) + r"/releases/(r[0-9]+-[0-9a-f]{8})(?=[/\0\s]|$)", text)
    )


def _open_files(pid: int) -> List[str]:
    try:
        numbers = os.listdir("/proc/%d/fd" % pid)
    except OSError:
        return []
    return [_link(pid, "fd/" + number) for number in numbers]


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
