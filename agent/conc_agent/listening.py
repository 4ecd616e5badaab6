"""Sockets that are listened on, as the kernel lists them (proc_pid_net(5): ``tcp``, ``tcp6``, ``unix``)."""

from __future__ import annotations

from typing import Dict, Iterable, List, Set

from conc_agent import procs

_TCP_LISTEN = "0A"
#: __SO_ACCEPTCON of the kernel's linux/net.h: a unix socket that connections come in by.
_ACCEPTS = 0x10000


def same_places(pids: Iterable[int]) -> Set[int]:
    """The inodes of all sockets that listen where one of these processes does: its own, and whoever else's."""
    known = _places()
    mine = {known[inode] for pid in pids for inode in procs.sockets(pid) if inode in known}
    return {inode for inode, place in known.items() if place in mine}


def _places() -> Dict[int, str]:
    """Inode → where it listens."""
    found: Dict[int, str] = {}
    for kind in ("tcp", "tcp6"):
        for fields in _table(kind):
            if fields[3] == _TCP_LISTEN:
                found[int(fields[9])] = "%s %s" % (kind, fields[1])
    for fields in _table("unix"):
        if int(fields[3], 16) & _ACCEPTS and len(fields) > 7:
            found[int(fields[6])] = "unix " + fields[7]
    return found


def _table(kind: str) -> List[List[str]]:
    try:
        with open("/proc/net/" + kind, encoding="utf-8", errors="surrogateescape") as file:
            return [line.split() for line in file.read().splitlines()[1:]]
    except OSError:
        return []
