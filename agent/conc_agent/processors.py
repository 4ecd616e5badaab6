"""The processors that this process may use."""

from __future__ import annotations

import os


def usable() -> int:
    """sched_getaffinity(2), where it is there; else all."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def is_one_idle() -> bool:
    """Does one of them wait for work just now? By what the kernel counts of tasks that run, this process among them
    (proc(5), ``/proc/loadavg``)."""
    try:
        with open("/proc/loadavg", encoding="ascii") as file:
            return int(file.read().split()[3].partition("/")[0]) < usable()
    except (OSError, ValueError, IndexError):
        return usable() > 1
