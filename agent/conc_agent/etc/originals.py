"""What stood at a path before conc ever wrote there: put back when the path leaves the tree."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Dict, Mapping, Optional

from conc_agent import durable
from conc_agent.etc.state import State


def folder_of(keep: str, owner: str) -> str:
    return os.path.join(keep, "originals", owner)


def original(path: str, wrote: Mapping[str, Any], kept: Mapping[str, Any]) -> Optional[State]:
    """By what conc remembers, or, where this change is the first that writes there, by the change's backup."""
    if path in wrote:
        return wrote[path].get("original")
    return kept.get(path, {}).get("before")


def take(folder: str, state: State, copy: Path) -> None:
    """Keep the content of one, from a change's backup. Root alone may look at what was root's."""
    if state["mode"] is None or os.path.exists(_place(folder, state)):
        return
    durable.make_folders(Path(folder), 0o700)
    durable.write_file(Path(_place(folder, state)), copy.read_bytes(), 0o600)


def content(folder: str, state: State) -> bytes:
    return Path(_place(folder, state)).read_bytes()


def sweep(folder: str, wrote: Mapping[str, Any]) -> None:
    """At the beginning of a change: nothing goes back to what no path has as its original."""
    needed = {os.path.basename(_place("", known["original"])) for known in wrote.values() if known.get("original")}
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        if name not in needed:
            os.unlink(os.path.join(folder, name))


def _place(folder: str, state: Dict[str, Any]) -> str:
    return os.path.join(folder, state["what"].replace("/", "_").replace(":", "-"))
