"""``state/<id>.json``: what was learnt of a release, which itself never changes. Kept when the release is pruned."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Dict, List

from conc_agent import clock, durable

UNPROVEN, PROVEN, FAILED = "unproven", "proven", "failed"


def write(root: Path, release: str, state: str, by: str) -> None:
    """What its ops have recorded of it stays."""
    learnt = {"release": release, "state": state, "since": clock.now(), "by": by}
    _write(root, release, dict(read(root, release), **learnt))


def note(root: Path, release: str, recorded: Dict[str, Any]) -> None:
    """What an op of the application's own records of a release: ``{"schema": {before, after, compatible}}``."""
    known = read(root, release)
    former = known.get("recorded") or {}
    if "schema" in recorded and "schema" in former:
        # Run again, a migration sees what it did itself as what was before.
        recorded = dict(recorded, schema=dict(recorded["schema"], before=former["schema"]["before"]))
    _write(root, release, dict(known, release=release, recorded=dict(former, **recorded)))


def read(root: Path, release: str) -> Dict[str, Any]:
    """``{state, since, by, recorded?}``; one of which nothing was learnt yet is unproven, since nobody knows when."""
    path = root / "state" / (release + ".json")
    learnt = durable.read_json(path)
    if learnt is None:
        return {"state": UNPROVEN, "since": None, "by": None}
    if learnt.get("state", UNPROVEN) not in (UNPROVEN, PROVEN, FAILED):
        raise durable.damaged(path, "it tells no state")
    return dict({"state": UNPROVEN, "since": None, "by": None}, **learnt)


def _write(root: Path, release: str, value: Dict[str, Any]) -> None:
    folder = root / "state"
    if not folder.is_dir():
        folder.mkdir()
        durable.sync_folder(root)
    durable.write_json(folder / (release + ".json"), value)


def known(root: Path) -> List[str]:
    try:
        names = os.listdir(str(root / "state"))
    except FileNotFoundError:
        return []
    return [name[: -len(".json")] for name in names if name.endswith(".json") and not name.startswith(".")]
