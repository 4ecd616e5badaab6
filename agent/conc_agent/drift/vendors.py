"""A tree that releases share, as it is against what was placed in it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Callable, List, Set

from conc_agent import durable
from conc_agent.drift.judge import CONTENT, REMOVED, Difference, Judge
from conc_agent.drift.release import placed_drift
from conc_agent.drift.strays import strays
from conc_agent.install.placed import FILE, read_placed
from conc_agent.vendors import seal
from conc_agent.vendors.places import DAMAGED, FOLDER, RECORD, folder_of


def tree_drift(root: Path, name: str, judge: Judge, check: Callable[[], None]) -> List[Difference]:
    """Where the judge is not thorough, a look by size, time, mode and inode of every file may be in progress already
    (``seal.begin_to_look``); where nothing is other than it was sealed, it is left at that."""
    if name not in judge.trees:
        judge.trees[name] = _drift(root, name, judge, check)
    return judge.trees[name]


def _drift(root: Path, name: str, judge: Judge, check: Callable[[], None]) -> List[Difference]:
    folder, below = folder_of(root, name), "%s/%s/" % (FOLDER, name)
    try:
        about = durable.read_json(folder / RECORD)
    except ValueError:
        return [Difference(below + RECORD, CONTENT, "can't be read")]
    if about is None or not (folder / FILE).exists():
        return [Difference(below, REMOVED, "is missing, or not whole: releases have files of it")]
    if not judge.thorough and seal.is_as_sealed(folder, check):
        judge.files += about["files"]
        return []
    placed = read_placed(folder)
    known: Set[str] = {FILE, RECORD, seal.FILE, DAMAGED}
    found = placed_drift(root, folder, placed, judge, check, known)
    if placed.record is not None and _is_other(folder / RECORD, placed.record[1]):
        found.append(Difference(below + RECORD, CONTENT, "has other content"))
    if _is_other(folder / seal.FILE, about["seal"]):
        found.append(Difference(below + seal.FILE, CONTENT, "has other content"))
    return found + (strays(str(folder), below, known) if judge.thorough else [])


def _is_other(path: Path, digest: str) -> bool:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() != digest
    except OSError:
        return True
