"""A store entry against its index: what a wheel's files were when they were unpacked."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Callable, List, Set

from conc_agent.drift.judge import CONTENT, REMOVED, Difference, Expected, Judge
from conc_agent.drift.release import LINKED_MODES
from conc_agent.drift.strays import strays
from conc_agent.install.entry import EXECUTABLE, INDEX, read_index
from conc_agent.install.placed import FILE, read_placed
from conc_agent.install.store import store_folder
from conc_agent.release import folder
from conc_agent.vendors.places import folder_of


def entry_drift(root: Path, name: str, judge: Judge, check: Callable[[], None]) -> List[Difference]:
    """``name``: of the entry's folder. Every file is read where the judge is thorough."""
    below = "store/%s/" % name
    place = store_folder(root) / name
    try:
        entry = read_index(place)
    except FileNotFoundError:
        return [Difference(below + INDEX, REMOVED, "is missing")]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        return [Difference(below + INDEX, CONTENT, "can't be read: %s" % error)]
    found: List[Difference] = []
    known: Set[str] = {INDEX}
    for scheme, tree in entry.trees.items():
        check()
        for file in tree.files:
            path = "%s/%s" % (scheme, file.path)
            known.add(path)
            mode = LINKED_MODES[file.kind == EXECUTABLE]
            expected = Expected(file.size, file.sha256, mode, inode=file.inode, time=entry.time)
            difference = judge.file("%s/%s" % (place, path), below + path, expected)
            if difference is not None:
                found.append(difference)
    return found + strays(str(place), below, known)


def entries_of(root: Path, releases: List[str]) -> List[str]:
    """The names of the entries that releases have files of, in their venvs or in a vendors' tree."""
    listed = [folder(root, name) for name in releases]
    placed = [read_placed(each) for each in listed if (each / FILE).exists()]
    shared = {folder_of(root, each.vendors.name) for each in placed if each.vendors is not None}
    placed += [read_placed(each) for each in shared if (each / FILE).exists()]
    return sorted({part.folder for each in placed for part in each.entries})


def every_entry(root: Path) -> List[str]:
    try:
        return sorted(name for name in os.listdir(str(store_folder(root))) if not name.startswith("."))
    except FileNotFoundError:
        return []
