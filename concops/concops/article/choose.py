"""The one thing that a pattern means."""

from __future__ import annotations

import glob
import os
from typing import Callable


def only(folder: str, pattern: str, wanted: Callable[[str], bool]) -> str:
    """The path in ``folder`` that ``pattern`` matches. Raises ``ValueError`` where there is none, or more than one."""
    if os.path.isabs(pattern) or ".." in pattern.split("/"):
        raise ValueError("%s leads out of the bundle directory" % pattern)
    found = sorted(path for path in glob.glob(os.path.join(glob.escape(folder), pattern)) if wanted(path))
    if len(found) != 1:
        names = ": " + ", ".join(os.path.relpath(path, folder) for path in found) if found else ""
        raise ValueError("%d things in %s match %s, not one%s" % (len(found), folder, pattern, names))
    return found[0]
