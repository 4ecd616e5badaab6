"""What stood at each path before a change, kept until the change is over; and the way back to it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any, Dict, List, Optional

from conc_agent import durable
from conc_agent.etc.decide import Step
from conc_agent.etc.put import drop, put_file, put_link, remove
from conc_agent.etc.state import Refused, State, look, place_of

Kept = Dict[str, Any]
"""``{root, claimed: [path], made: [folder], paths: {path: {before, after, copy?}}}``."""
_LIST = "before.json"


def keep(folder: str, root: str, steps: List[Step], claimed: List[str], made: List[str]) -> Kept:
    """Everything is on the disk before this returns: what this and earlier tries keep.

    What an earlier try kept of a path stays: that is how it was.
    """
    durable.make_folders(Path(folder), 0o700)
    kept = read(folder) or {"root": root, "claimed": claimed, "made": [], "paths": {}}
    for step in steps:
        if step.path in kept["paths"]:
            continue
        if step.before is not None and step.before["mode"] is not None:
            copy = Path(folder) / ("%d" % len(kept["paths"]))
            with open(place_of(root, step.path), "rb") as file:
                durable.write_file(copy, file.read(), 0o600)
            kept["paths"][step.path] = {"before": step.before, "after": step.after, "copy": copy.name}
        else:
            kept["paths"][step.path] = {"before": step.before, "after": step.after}
    kept["made"] = sorted({*kept["made"], *made})
    durable.write_json(Path(folder) / _LIST, kept, 0o600)
    return kept


def read(folder: str) -> Optional[Kept]:
    """None: nothing was changed."""
    return durable.read_json(Path(folder) / _LIST)


def put_back(folder: str, kept: Kept) -> List[str]:
    """Every path as it was. Sentences about those that can't be, because someone changed them meanwhile."""
    left: List[str] = []
    root = kept["root"]
    for path, known in sorted(kept["paths"].items()):
        try:
            place = place_of(root, path)
            drop(place)
            seen = look(place)
        except Refused as refused:
            left.append(str(refused))
            continue
        if seen == known["before"]:
            continue
        if seen != known["after"]:
            left.append("%s was changed by someone else meanwhile" % path)
        else:
            _put(place, path, known["before"], folder, known.get("copy"))
    remove_empty(root, kept["made"])
    return left


def remove_empty(root: str, folders: List[str]) -> List[str]:
    """Folders that conc made, deepest first, where nobody has put anything into them. Those that stay."""
    stay: List[str] = []
    for folder in sorted(folders, reverse=True):
        try:
            os.rmdir(os.path.join(root, folder))
        except FileNotFoundError:
            continue
        except OSError:
            stay.append(folder)
    return sorted(stay)


def sweep(folder: str) -> None:
    """What changes that are long over have left beside this one's."""
    parent, name = os.path.split(folder)
    for other in os.listdir(parent) if os.path.isdir(parent) else []:
        if other != name:
            shutil.rmtree(os.path.join(parent, other), ignore_errors=True)


def _put(place: str, path: str, before: Optional[State], folder: str, copy: Optional[str]) -> None:
    if before is None:
        remove(place)
    elif copy is None:
        put_link(place, before["what"][len("link:") :])
    else:
        put_file(place, path, (Path(folder) / copy).read_bytes(), before)
