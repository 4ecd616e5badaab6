"""A forked copy of this process: it has all that was read already. An interpreter of its own takes 20 ms to start.

It may use the system's calls, and import nothing: other threads' locks are as they were, and nobody lets go of them.
"""

from __future__ import annotations

import os
import warnings


def fork() -> int:
    """As fork(2); raises OSError where there is no memory, or no more processes are allowed."""
    with warnings.catch_warnings():
        # Of a fork beside threads.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def close_all_but(*kept: int) -> None:
    """In the copy: a copy of a lock is held too, and one of a connection keeps it open."""
    for name in os.listdir("/proc/self/fd"):
        if int(name) not in kept:
            try:
                os.close(int(name))
            except OSError:
                pass  # that of the listing
