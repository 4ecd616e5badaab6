"""Programs that ops run: what they say goes to the log as it comes, and is kept as evidence."""

from __future__ import annotations

import logging
import subprocess
from collections import deque
from typing import Deque, List, Mapping, NamedTuple, Optional, Sequence

#: Lines that are kept of a long output: its last.
KEPT = 40

log = logging.getLogger("concops")


class Captured(NamedTuple):
    """How a program ended, negative for a signal, and the last lines of what it said on either stream."""

    code: int
    lines: List[str]


def captured(
    argv: Sequence[str],
    cwd: Optional[str] = None,
    given: Optional[str] = None,
    env: Optional[Mapping[str, str]] = None,
) -> Captured:
    """Run a program, no shell between. ``given``: a line for its standard input, which is empty otherwise."""
    kept: Deque[str] = deque(maxlen=KEPT)
    process = subprocess.Popen(
        list(argv),
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    with process:
        if given is not None and process.stdin is not None:
            try:
                process.stdin.write(given.encode() + b"\n")
                process.stdin.close()
            except BrokenPipeError:
                # It ended without reading: its exit code says how.
                pass
        for line in process.stdout or ():
            text = line.decode("utf-8", "backslashreplace").rstrip("\r\n")
            kept.append(text)
            log.info("%s", text)
    return Captured(process.returncode, list(kept))


def ending(code: int) -> str:
    return "exit code %d" % code if code >= 0 else "signal %d" % -code
