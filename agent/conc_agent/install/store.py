"""The store: ``<root>/store/<sha256>-<cacheTag>/``, complete from the moment that it has its name."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any, Dict, Iterator, List, Set, Tuple

from conc_agent import trash

_HEX = frozenset("0123456789abcdef")


def store_folder(root: Path) -> Path:
    return root / "store"


def entry_folder(root: Path, digest: str, cache_tag: str) -> Path:
    return store_folder(root) / f"{digest}-{cache_tag}"


def complete_entries(root: Path, cache_tag: str) -> List[str]:
    """The digests of the wheels that need not be delivered for this interpreter."""
    return sorted(digest for digest, tag in _entries(root) if tag == cache_tag)


def staged_wheel(root: Path, digest: str) -> Path:
    """Where ``deliver`` puts a wheel; its list of files stands beside it as ``<sha256>.json``."""
    return root / "change" / "wheels" / f"{digest}.whl"


def remove_unused(root: Path, used: Set[str]) -> int:
    """Move to the trash the entries that are not in ``used`` and that no release or tool set refers to; how many."""
    referred = set(_referred(root))
    removed = 0
    for digest, tag in _entries(root):
        if digest not in used and (digest, tag) not in referred:
            trash.discard(root, entry_folder(root, digest, tag))
            removed += 1
    return removed


def remove_release(path: Path) -> None:
    """Remove a release or a tool set, ``<root>/KIND/NAME``: at once it has no name that anything could start from."""
    root = path.parent.parent
    trash.discard(root, path)
    trash.empty(root)


def sweep(folder: Path) -> None:
    """Remove what an interrupted install or removal left: names that start with a dot."""
    if folder.is_dir():
        for name in os.listdir(str(folder)):
            if name.startswith("."):
                shutil.rmtree(str(folder / name), ignore_errors=True)


def _entries(root: Path) -> Iterator[Tuple[str, str]]:
    """Digest and cache tag of each complete entry."""
    try:
        names = os.listdir(str(store_folder(root)))
    except FileNotFoundError:
        return
    for name in names:
        digest, _, tag = name.partition("-")
        if len(digest) == 64 and _HEX.issuperset(digest) and tag:
            yield digest, tag


def _referred(root: Path) -> Iterator[Tuple[str, str]]:
    """Digest and cache tag of each wheel of every complete release and tool set."""
    for record in [*root.glob("releases/*/release.json"), *root.glob("tools/*/tool.json")]:
        try:
            document: Dict[str, Any] = json.loads(record.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        for wheel in document["wheels"]:
            yield wheel["sha256"], document["interpreter"]["cacheTag"]
