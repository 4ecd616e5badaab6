"""systemd of the whole machine, as its own programs tell it."""

from __future__ import annotations

import os
from typing import List, Optional

from conc_agent.servers.command import run


def runs() -> bool:
    """sd_booted(3)"""
    return os.path.isdir("/run/systemd/system")


def is_enabled(unit: str) -> bool:
    return run(["systemctl", "--quiet", "is-enabled", unit]).code == 0


def main_pid(unit: str) -> Optional[int]:
    """None: it does not run."""
    said = run(["systemctl", "show", "--property=MainPID", "--value", unit]).lines
    return int(said[0]) if said and said[0].isdigit() and said[0] != "0" else None


def last_words(unit: str) -> List[str]:
    return run(["journalctl", "--quiet", "--no-pager", "--output=cat", "--lines=8", "--unit=" + unit]).lines
