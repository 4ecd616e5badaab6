"""What a process takes: for who looks at it, not for what a change decides."""

from __future__ import annotations

from typing import Any, Dict, Optional

from conc_agent import clock, procs


def usage(pid: int) -> Dict[str, Any]:
    """``{"since", "memory"}``: when it was executed (ISO 8601, UTC), and the bytes that it and all its descendants have
    for themselves, shared pages divided among who shares them (proc(5), Pss). None each: it can't be known."""
    started = procs.started_at(pid)
    sizes = [_own_memory(each) for each in [pid, *procs.descendants(pid)]]
    known = [size for size in sizes if size is not None]
    return {"since": None if started is None else clock.shown(started), "memory": sum(known) if known else None}


def _own_memory(pid: int) -> Optional[int]:
    try:
        with open("/proc/%d/smaps_rollup" % pid, encoding="ascii") as file:
            return next((int(line.split()[1]) * 1024 for line in file if line.startswith("Pss:")), None)
    except (OSError, ValueError):
        return None
