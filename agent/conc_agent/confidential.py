"""A process that holds a secret leaves no core file, and no other process of its user reads its memory."""

from __future__ import annotations

import resource

PR_SET_DUMPABLE = 4


def keep_out_of_core_files() -> None:
    """prctl(2). What this process executes has the kernel's default again: an application's own core files stay."""
    try:
        import ctypes

        refused = ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0
    except (ImportError, OSError, AttributeError):
        refused = True
    if refused:
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
