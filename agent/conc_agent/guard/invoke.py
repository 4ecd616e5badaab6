"""How the program of a change is called."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import List


def program_of(folder: Path) -> Path:
    return folder / "agent.pyz"


def argv(program: Path, *words: str) -> List[str]:
    """Isolated, without site-packages: nothing of the user's gets in, and it starts in a third of the time."""
    return [sys.executable, "-I", "-S", "-B", str(program), *words]
