"""What lies in a folder of conc's that conc did not put there."""

from __future__ import annotations

import os
import re
from typing import List, Set

from conc_agent.drift.judge import ADDED, Difference

_BYTECODE = re.compile(r"(.*/|)__pycache__/([^/]+?)\.[a-z]+-?[0-9]+(?:\.opt-\w+)?\.pyc(?:\.[0-9]+)?\Z")


def strays(folder: str, below: str, known: Set[str]) -> List[Difference]:
    """``known``: paths relative to ``folder``; ``below`` stands before what is told. A folder that is new is told once.

    Bytecode that an interpreter wrote beside a known source is its own business.
    """
    found: List[Difference] = []
    parents = _parents(known)
    for place, folders, names in os.walk(folder):
        inside = os.path.relpath(place, folder) + "/" if place != folder else ""
        for name in list(folders):
            path = inside + name
            if os.path.islink(place + "/" + name):
                folders.remove(name)
                names.append(name)
            elif path not in parents and name != "__pycache__":
                folders.remove(name)
                count = sum(len(each[2]) for each in os.walk(place + "/" + name))
                if count:
                    said = "was added: 1 file" if count == 1 else "was added: %d files" % count
                    found.append(Difference(below + path + "/", ADDED, said))
        for name in names:
            if inside + name not in known and not _is_bytecode(inside + name, known):
                found.append(Difference(below + inside + name, ADDED, "was added"))
    return found


def _parents(paths: Set[str]) -> Set[str]:
    found: Set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


def _is_bytecode(path: str, known: Set[str]) -> bool:
    match = _BYTECODE.match(path)
    return match is not None and match[1] + match[2] + ".py" in known
