"""``system``: which operating system this is. Reads only."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any, Dict, Optional, Sequence

from conc_agent.channel import Channel

#: os-release(5): the first that is there.
FILES = (Path("/etc/os-release"), Path("/usr/lib/os-release"))


def serve(_channel: Channel, _request: Dict[str, Any]) -> Dict[str, Any]:
    return {"os": pretty_name(FILES)}


def pretty_name(files: Sequence[Path]) -> Optional[str]:
    """``Debian GNU/Linux 12 (bookworm)``; ``None`` where nothing says so."""
    for file in files:
        try:
            lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
        return next((_value(line) for line in lines if line.startswith("PRETTY_NAME=")), None)
    return None


def _value(line: str) -> Optional[str]:
    """Values are quoted as a shell does it."""
    try:
        return " ".join(shlex.split(line.partition("=")[2])) or None
    except ValueError:
        return None
