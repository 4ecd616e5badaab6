"""The application's own logs, ``shared/log/*.log``: the last lines that were written since a certain moment."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

from conc_agent import durable

LINES = 8
#: Read from the end of a log at most.
BYTES = 1 << 16

#: Where each log stood: name → [inode, size].
Mark = Dict[str, List[int]]


def folder(root: Path) -> Path:
    return root / "shared" / "log"


def mark(root: Path) -> Mark:
    """Where every log stands now."""
    stats = {name: os.stat(str(folder(root) / name)) for name in names(root)}
    return {name: [stat.st_ino, stat.st_size] for name, stat in stats.items()}


def remember(root: Path) -> None:
    """Note beside the change's journal where the logs stood at the switch."""
    durable.write_json(root / "change" / "logs.json", mark(root))


def remembered(root: Path) -> Mark:
    found: Any = durable.read_json(root / "change" / "logs.json")
    return found or {}


def lines_since(root: Path, before: Mark, only: Optional[Sequence[str]] = None) -> List[str]:
    """``the last lines of shared/log/web.log:`` and the lines, of the log among them that was written to last."""
    for name in sorted(only if only is not None else names(root), key=lambda name: -_written(folder(root) / name)):
        lines = _tail(folder(root) / name, before.get(name))
        if lines:
            return ["the last lines of shared/log/%s:" % name] + ["| " + line for line in lines]
    return []


def of_process(root: Path, process: str) -> List[str]:
    """The logs of a process: one, or one for each of several."""
    name = re.compile(re.escape(process) + r"(_[0-9]+)?\.log\Z")
    return [log for log in names(root) if name.match(log)]


def _written(path: Path) -> float:
    """When it was written to last; 0.0: it isn't there."""
    try:
        return os.stat(str(path)).st_mtime
    except FileNotFoundError:
        return 0.0


def names(root: Path) -> List[str]:
    """Of every log that is there."""
    try:
        return sorted(name for name in os.listdir(str(folder(root))) if name.endswith(".log"))
    except FileNotFoundError:
        return []


def _tail(path: Path, before: Optional[List[int]]) -> List[str]:
    try:
        with open(str(path), "rb") as file:
            stat = os.fstat(file.fileno())
            # Another inode, or a smaller file: it was rotated, and all of it is new.
            start = before[1] if before and before[0] == stat.st_ino and before[1] <= stat.st_size else 0
            file.seek(max(start, stat.st_size - BYTES))
            data = file.read(BYTES)
    except FileNotFoundError:
        return []
    return [line.rstrip() for line in data.decode("utf-8", "backslashreplace").splitlines()][-LINES:]
