"""A store entry: one wheel unpacked, checked, compiled; and its index."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Dict, List, NamedTuple, Tuple

from conc_agent.install.metadata import EntryPoint

INDEX = "index.json"
FORMAT = 1

PLAIN, EXECUTABLE, COMPILED = 0, 1, 2


class File(NamedTuple):
    """One file of an entry. ``path`` is relative to its scheme's folder; ``kind`` is one of the constants above."""

    path: str
    size: int
    inode: int
    kind: int
    sha256: str


class Tree(NamedTuple):
    """One scheme's part of an entry: folders (parents before children) and files, ready to be linked in a flat loop."""

    folders: List[str]
    files: List[File]


class Entry(NamedTuple):
    """A store entry as its index tells it.

    ``folder`` holds one folder for each scheme. ``time`` is the time stamp of every file, in ns. ``rewrite`` names the
    scripts whose first line is written anew in each venv, ``generate`` those that are made in each venv.
    """

    folder: Path
    wheel: str
    distribution: str
    lib: str
    info: str
    time: int
    generate: Dict[str, EntryPoint]
    rewrite: List[str]
    trees: Dict[str, Tree]

    @property
    def compiled(self) -> int:
        return sum(file.kind == COMPILED for tree in self.trees.values() for file in tree.files)


def write_index(entry: Entry) -> None:
    document = {
        "format": FORMAT,
        "wheel": entry.wheel,
        "distribution": entry.distribution,
        "lib": entry.lib,
        "info": entry.info,
        "time": entry.time,
        "generate": entry.generate,
        "rewrite": entry.rewrite,
        "trees": entry.trees,
    }
    (entry.folder / INDEX).write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    os.chmod(str(entry.folder / INDEX), 0o444)


def read_index(folder: Path) -> Entry:
    """Raises OSError where there is no entry."""
    document = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    if document["format"] != FORMAT:
        raise ValueError(f"{folder / INDEX} has format {document['format']}")
    return Entry(
        folder,
        document["wheel"],
        document["distribution"],
        document["lib"],
        document["info"],
        document["time"],
        {name: EntryPoint(*value) for name, value in document["generate"].items()},
        document["rewrite"],
        {scheme: Tree(tree[0], [File(*file) for file in tree[1]]) for scheme, tree in document["trees"].items()},
    )


def folders_of(paths: List[str]) -> List[str]:
    """Every folder that the paths need, parents first."""
    folders = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    return sorted(folders)


Spot = Tuple[str, str]
"""A scheme and a path below it."""
