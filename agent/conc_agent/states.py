"""``state/<id>.json``: what was learnt of a release, which itself never changes. Kept when the release is pruned."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Dict, List

from conc_agent import clock, durable

UNPROVEN, PROVEN, FAILED = "unproven", "proven", "failed"


def write(root: Path, release: str, state: str, by: str) -> None:
    folder = root / "state"
    if not folder.is_dir():
        folder.mkdir()
        durable.sync_folder(root)
    durable.write_json(
        folder / (release + ".json"), {"release": release, "state": state, "since": clock.now(), "by": by}
    )


def read(root: Path, release: str) -> Dict[str, Any]:
    """``{state, since, by}``; a release of which nothing was learnt yet is unproven, since nobody knows when."""
    return durable.read_json(root / "state" / (release + ".json")) or {"state": UNPROVEN, "since": None, "by": None}


def known(root: Path) -> List[str]:
    try:
        names = os.listdir(str(root / "state"))
    except FileNotFoundError:
        return []
    return [name[: -len(".json")] for name in names if name.endswith(".json") and not name.startswith(".")]
