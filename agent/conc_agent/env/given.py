"""The secrets of a release as its commands get them: in their environment, and nowhere else."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Dict

from conc_agent.env import generations


def values_for(root: Path, name: str) -> Dict[str, str]:
    """Empty where the release names no generation. Raises ``CallError`` ``env.unreadable``."""
    number = generations.of_release(root, name)
    if number is None:
        return {}
    # The very bytes that were set, whatever the locale makes of texts.
    return {key: os.fsdecode(value.encode("utf-8")) for key, value in generations.values(root, number).items()}
