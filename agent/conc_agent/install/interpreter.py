"""Is the interpreter that a release stands on still the one that it was made for?"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any, Dict, Optional

#: Seconds for an interpreter to say which it is.
_LIMIT = 30.0


def replaced_interpreter(record: Dict[str, Any]) -> Optional[str]:
    """In words, where another version of Python is at the path by now: none of the release's processes would find its
    packages. ``record``: ``release.json``. None: it is the one, or the release stands on another than this agent."""
    known = record["interpreter"]
    if known["executable"] != sys.executable:
        return None
    found = sys.implementation.cache_tag if _is_unchanged() else _ask(sys.executable)
    if found == known["cacheTag"]:
        return None
    return "%s is %s by now; the release was made for %s" % (sys.executable, found or "none", known["cacheTag"])


def _is_unchanged() -> bool:
    """Is what runs here what would be started? By inode: a program may be replaced while it runs."""
    try:
        return os.path.samestat(os.stat("/proc/self/exe"), os.stat(sys.executable))
    except OSError:
        return False


def _ask(python: str) -> Optional[str]:
    words = [python, "-I", "-S", "-c", "import sys; print(sys.implementation.cache_tag)"]
    try:
        asked = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=_LIMIT)
    except (OSError, subprocess.SubprocessError):
        return None
    return asked.stdout.decode("ascii", "replace").strip() or None
