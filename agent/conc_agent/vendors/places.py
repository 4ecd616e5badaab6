"""Where the vendors' trees lie, and which of them are needed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, List, Mapping, Optional, Set

from conc_agent import release, trash
from conc_agent.install.placed import read_placed

FOLDER, RECORD, DAMAGED = "vendors", "vendors.json", "damaged"


def is_wished(record: Mapping[str, Any]) -> bool:
    """``record``: ``release.json``. The attribute is part of what a release is."""
    return record["attributes"].get("venv.vendors") == "shared"


def folder_of(root: Path, name: str) -> Path:
    return root / FOLDER / name


def tree_of(root: Path, name: str) -> Optional[str]:
    """The name of the tree that a release shares. FileNotFoundError where nothing tells."""
    shared = read_placed(release.folder(root, name)).vendors
    return None if shared is None else shared.name


def look_ahead(root: Path) -> None:
    """The tree that serves is most likely the one that the next release shares, too: it is looked at beside the first
    jobs of a change, and verify takes the answer."""
    serves = release.current(root)
    if serves is None or not (root / FOLDER).is_dir():
        return
    try:
        name = tree_of(root, serves)
    except (OSError, ValueError):
        return
    if name is not None:
        from conc_agent.vendors import seal

        seal.begin_to_look(folder_of(root, name))


def needed(root: Path) -> Set[Optional[str]]:
    """The names of the trees that complete releases share. FileNotFoundError or ValueError where one can't be asked."""
    return {tree_of(root, name) for name in release.listed(root) if release.record(root, name) is not None}


def remove_unused(root: Path) -> List[str]:
    """Move to the trash what no complete release has, the unfinished too; the names. None is moved where a release
    can't be asked."""
    try:
        names = sorted(os.listdir(str(root / FOLDER)))
        kept = needed(root)
    except (FileNotFoundError, ValueError):
        return []
    gone = [name for name in names if name not in kept]
    for name in gone:
        trash.discard(root, folder_of(root, name))
    return gone


def mark_damaged(root: Path, name: str) -> None:
    """No release that is made from now on shares it."""
    (folder_of(root, name) / DAMAGED).touch()
