"""What ``change/lock`` holds besides its flock: which process has it, and when that is regarded as hanging.

One line of fixed length, written in place: it needs no room on a full disk. Nobody decides by it who holds the lock.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple, Optional

from conc_agent import procs

LENGTH = 120


class Holder(NamedTuple):
    """Who has the lock."""

    pid: int
    #: Ticks since boot: with it, a pid names one process (proc(5), starttime).
    started: Optional[int]
    #: By the monotonic clock of this boot: its guard ends it then. None: nothing is on trial.
    deadline: Optional[float] = None


def tell(descriptor: int, deadline: Optional[float] = None) -> None:
    """Written by who holds the lock. Where it can't be, a guard just waits."""
    held = Holder(os.getpid(), procs.started(os.getpid()), deadline)
    try:
        os.pwrite(descriptor, json.dumps(held._asdict()).encode("ascii").ljust(LENGTH) + b"\n", 0)
    except OSError:
        pass


def read(folder: Path) -> Optional[Holder]:
    try:
        return Holder(**json.loads((folder / "lock").read_text(encoding="ascii")))
    except (OSError, ValueError, TypeError):
        return None
