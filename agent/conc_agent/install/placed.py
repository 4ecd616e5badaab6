"""``files.json`` of a release or a tool set: which entries are in it, and every file that no entry holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Tuple

FILE = "files.json"
FORMAT = 1


class PlacedEntry(NamedTuple):
    """A store entry by the name of its folder, and its destinations (relative to the venv) that are not its own."""

    folder: str
    left_out: List[str]


class Own(NamedTuple):
    """A file made in this venv alone. ``path`` is relative to the venv."""

    path: str
    sha256: str
    size: int
    executable: bool


class SharedTree(NamedTuple):
    """Of a release that shares a vendors' tree: its name, and the entries that the venv has but for their libraries."""

    name: str
    entries: List[PlacedEntry]


class Placed(NamedTuple):
    """All that is in a venv: files, and ``links`` (paths relative to it) with what they lead to.

    ``record``: size and sha256 of the ``release.json`` beside it, which is written last.
    """

    entries: List[PlacedEntry]
    own: List[Own]
    links: Dict[str, str]
    record: Optional[Tuple[int, str]] = None
    vendors: Optional[SharedTree] = None


def write_placed(folder: Path, placed: Placed) -> None:
    document = dict(placed._asdict(), format=FORMAT)
    (folder / FILE).write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def read_placed(folder: Path) -> Placed:
    document = json.loads((folder / FILE).read_text(encoding="utf-8"))
    record, vendors = document.get("record"), document.get("vendors")
    return Placed(
        [PlacedEntry(*entry) for entry in document["entries"]],
        [Own(*own) for own in document["own"]],
        document.get("links", {}),
        None if record is None else (record[0], record[1]),
        None if vendors is None else SharedTree(vendors[0], [PlacedEntry(*entry) for entry in vendors[1]]),
    )
