"""What a process takes: for who looks at it, not for what a change decides."""

from __future__ import annotations

import datetime
import os
import time
from typing import Any, Dict, List, Optional

from conc_agent import procs


def usage(pid: int) -> Dict[str, Any]:
    """``{"since", "memory"}``: when it was executed (ISO 8601, UTC), and the bytes that it and all its descendants have
    for themselves, shared pages divided among who shares them (proc(5), Pss). None each: it can't be known."""
    started = procs.started(pid)
    sizes = [_own_memory(each) for each in [pid, *_descendants(pid)]]
    known = [size for size in sizes if size is not None]
    return {"since": None if started is None else _iso(started), "memory": sum(known) if known else None}


def _iso(ticks: int) -> str:
    with open("/proc/uptime", encoding="ascii") as file:
        uptime = float(file.read().split()[0])
    begun = time.time() - uptime + ticks / os.sysconf("SC_CLK_TCK")
    return datetime.datetime.fromtimestamp(begun, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _own_memory(pid: int) -> Optional[int]:
    try:
        with open("/proc/%d/smaps_rollup" % pid, encoding="ascii") as file:
            return next((int(line.split()[1]) * 1024 for line in file if line.startswith("Pss:")), None)
    except (OSError, ValueError):
        return None


def _descendants(pid: int) -> List[int]:
    parents: Dict[int, List[int]] = {}
    for each in procs.pids():
        parent = procs.parent(each)
        if parent is not None:
            parents.setdefault(parent, []).append(each)
    found, new = [], [pid]
    while new:
        new = [child for each in new for child in parents.get(each, [])]
        found += new
    return found
