"""A vendors' tree as it is against what was placed in it, and what a release has besides that shares it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Callable, Iterator, List, Optional, Sequence, Set, Tuple

from conc_agent import durable, release
from conc_agent.drift.judge import CONTENT, REMOVED, Difference, Expected, Judge
from conc_agent.drift.strays import strays
from conc_agent.install.entry import EXECUTABLE, Entry, File, read_index
from conc_agent.install.placed import FILE, PlacedEntry, SharedTree, read_placed
from conc_agent.install.schemes import LIBRARIES, SCHEMES, venv_layout
from conc_agent.install.store import store_folder
from conc_agent.vendors import seal
from conc_agent.vendors.places import DAMAGED, FOLDER, RECORD, folder_of

#: Linked from the store; copied.
_MODES = (0o444, 0o555), (0o644, 0o755)


def shared_drift(
    root: Path, name: str, shared: SharedTree, judge: Judge, check: Callable[[], None], known: Set[str]
) -> List[Difference]:
    """Of a release: what it has of wheels whose libraries lie in a tree (``known`` takes it in), and the tree itself.

    Where the judge is not thorough, and every file of the tree is as it was sealed by size, time, mode and inode, it is
    left at that: a look may be in progress already (``seal.begin_to_look``).
    """
    outside = [scheme for scheme in SCHEMES if scheme not in LIBRARIES]
    found = _entries(root, release.folder(root, name), shared.entries, outside, judge, check, known)
    if shared.name not in judge.trees:
        judge.trees[shared.name] = _tree(root, shared.name, judge, check)
    return found + judge.trees[shared.name]


def _tree(root: Path, name: str, judge: Judge, check: Callable[[], None]) -> List[Difference]:
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
    found = _entries(root, folder, placed.entries, SCHEMES, judge, check, known)
    for own in placed.own:
        known.add("venv/" + own.path)
        expected = Expected(own.size, own.sha256, executable=own.executable)
        found += _some(judge.file("%s/venv/%s" % (folder, own.path), "%svenv/%s" % (below, own.path), expected))
    for path, target in placed.links.items():
        known.add("venv/" + path)
        found += _some(judge.link("%s/venv/%s" % (folder, path), "%svenv/%s" % (below, path), target))
    if placed.record is not None and _is_other(folder / RECORD, placed.record[1]):
        found.append(Difference(below + RECORD, CONTENT, "has other content"))
    if _is_other(folder / seal.FILE, about["seal"]):
        found.append(Difference(below + seal.FILE, CONTENT, "has other content"))
    return found + (strays(str(folder), below, known) if judge.thorough else [])


def _entries(
    root: Path,
    folder: Path,
    parts: List[PlacedEntry],
    schemes: Sequence[str],
    judge: Judge,
    check: Callable[[], None],
    known: Set[str],
) -> List[Difference]:
    """Of the venv in a folder."""
    below = "%s/%s/" % (folder.parent.name, folder.name)
    found: List[Difference] = []
    for part in parts:
        check()
        try:
            entry = read_index(store_folder(root) / part.folder)
        except FileNotFoundError:
            found.append(Difference("store/" + part.folder, REMOVED, "is missing: %s has files of it" % folder.name))
            continue
        for path, file in _placed(entry, set(part.left_out), schemes):
            known.add(path)
            found += _some(judge.file("%s/%s" % (folder, path), below + path, _expected(folder / path, file, entry)))
    return found


def _placed(entry: Entry, left_out: Set[str], schemes: Sequence[str]) -> Iterator[Tuple[str, File]]:
    """Relative to the folder that the venv is in."""
    layout = venv_layout()
    for scheme, tree in entry.trees.items():
        prefix = layout.prefix(scheme, entry.distribution)
        rewritten = entry.rewrite if scheme == "scripts" else ()
        for file in tree.files if scheme in schemes else ():
            if file.path not in rewritten and prefix + file.path not in left_out:
                yield "venv/" + prefix + file.path, file


def _expected(path: Path, file: File, entry: Entry) -> Expected:
    try:
        modes = _MODES[os.lstat(str(path)).st_ino != file.inode]
    except OSError:
        modes = _MODES[0]
    mode = modes[file.kind == EXECUTABLE]
    return Expected(file.size, file.sha256, mode, inode=file.inode, time=entry.time)


def _some(difference: Optional[Difference]) -> List[Difference]:
    return [] if difference is None else [difference]


def _is_other(path: Path, digest: str) -> bool:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() != digest
    except OSError:
        return True
