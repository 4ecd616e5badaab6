"""The waiting of a guard: for the change's lock, which its agent holds as long as it lives.

If the agent outlives the deadline of the switch it hangs: it is killed, and the lock comes free.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from conc_agent import procs
from conc_agent.change import holder, journal
from conc_agent.guard.invoke import argv, program_of

#: Seconds between two looks at an agent that has no deadline now, or could not be ended.
EVERY = 30.0


def wait(root: Path) -> None:
    """Get the lock of the change in ``root``, and see to it: ``act``. Ends at once where the change is gone."""
    folder = root / "change"
    try:
        descriptor = os.open(str(folder / "lock"), os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return
    _lock(descriptor, folder)
    if _is_over(descriptor, folder):
        return
    os.set_inheritable(descriptor, True)
    # A fresh interpreter: this one's libraries may have been replaced since.
    words = argv(program_of(folder), "undo", str(root), str(descriptor))
    if not os.access(words[0], os.X_OK):
        words[0] = "/usr/bin/python3"
    os.execv(words[0], words)


def _is_over(descriptor: int, folder: Path) -> bool:
    """The change was closed, or held by a person. Told quickly: who looks meanwhile takes it for one that runs."""
    try:
        if not os.path.samestat(os.fstat(descriptor), os.stat(str(folder / "lock"))):
            return True
        return journal.story_in(folder).held is not None
    except journal.UNREADABLE:
        return True


def _lock(descriptor: int, folder: Path) -> None:
    def late(_signal: int, _frame: Any) -> None:
        held = holder.read(folder)
        left = EVERY if held is None or held.deadline is None else held.deadline - time.monotonic()
        if held is not None and left <= 0:
            _end(held)
        signal.setitimer(signal.ITIMER_REAL, left if left > 0 else EVERY)

    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    # A signal's handler runs in between, and the call goes on (PEP 475).
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    signal.setitimer(signal.ITIMER_REAL, 0)


def _end(held: holder.Holder) -> None:
    if held.pid != os.getpid() and procs.started(held.pid) == held.started:
        try:
            os.kill(held.pid, signal.SIGKILL)
        except OSError as error:
            sys.exit("conc: the agent, process %d, can't be ended: %s" % (held.pid, error.strerror))
