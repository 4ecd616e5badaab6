"""Programs that are run as root, to look."""

from __future__ import annotations

import os
import subprocess
from typing import List, Optional


def run(argv: List[str], password: Optional[str]) -> str:
    """What it prints. Raises ``AssertionError`` in words where sudo refuses or the program fails."""
    if os.getuid() == 0:
        command, given = argv, ""
    elif password is None:
        command, given = ["sudo", "-n", "--", *argv], ""
    else:
        # Nothing is printed where it asks, and an earlier answer doesn't count.
        command, given = ["sudo", "-S", "-k", "-p", "", "--", *argv], password + "\n"
    try:
        done = subprocess.run(
            command,
            input=given.encode("utf-8"),
            capture_output=True,
            timeout=30,
            check=False,
        )
    except FileNotFoundError as error:
        raise AssertionError("%s is not installed" % error.filename) from error
    if done.returncode != 0:
        words = done.stderr.decode("utf-8", "replace").strip()
        raise AssertionError("%s can't be run as root: %s" % (" ".join(argv), words or "exit %d" % done.returncode))
    return done.stdout.decode("utf-8", "replace")
