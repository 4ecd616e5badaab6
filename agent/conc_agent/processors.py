"""The processors that this process may use."""

from __future__ import annotations

import os


def usable() -> int:
    """sched_getaffinity(2), where it is there; else all."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def is_one_to_spare() -> bool:
    """Is there one for a second process? Not where more tasks run already than there are processors, this process among
    them, as the kernel counts them just now (proc(5), ``/proc/loadavg``)."""
    processors = usable()
    try:
        with open("/proc/loadavg", encoding="ascii") as file:
            running = int(file.read().split()[3].partition("/")[0])
    except (OSError, ValueError, IndexError):
        running = 1
    return processors > 1 and running <= processors
