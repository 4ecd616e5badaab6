"""``service = none``: conc starts nothing; whoever starts ``bin/<process>`` restarts it too."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List

from conc_agent.context import Context
from conc_agent.outcome import Outcome, stopped


def needs(_root: Path, _processes: List[Dict[str, Any]]) -> List[str]:
    return []


def restart(_context: Context, _processes: List[Dict[str, Any]]) -> Outcome:
    return stopped("service = none: nothing is restarted")


def stop(_root: Path) -> str:
    return ""


def processes(_root: Path) -> List[Dict[str, Any]]:
    return []
