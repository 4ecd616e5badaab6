"""A release as it is against what was placed in it: files, links, ``release.json``, and what does not belong."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import Callable, Iterator, List, Optional, Set, Tuple

from conc_agent import release
from conc_agent.drift.judge import REMOVED, Difference, Expected, Judge
from conc_agent.drift.strays import strays
from conc_agent.etc.tree import NAME as TREE
from conc_agent.install.entry import EXECUTABLE, Entry, File, read_index
from conc_agent.install.placed import FILE, read_placed
from conc_agent.install.schemes import venv_layout
from conc_agent.install.store import store_folder
from conc_agent.static import manifest

#: In the store, and linked into a venv; copied into one.
LINKED_MODES, COPIED_MODES = (0o444, 0o555), (0o644, 0o755)
_NOTHING = hashlib.sha256(b"").hexdigest()


def release_drift(root: Path, name: str, judge: Judge, check: Callable[[], None]) -> List[Difference]:
    """``check`` is called now and then, and may raise. For complete releases."""
    folder = release.folder(root, name)
    below = "releases/%s/" % name
    try:
        placed = read_placed(folder)
    except FileNotFoundError:
        return [Difference(below + FILE, REMOVED, "is missing: nothing tells what was installed")]
    venv = "%s/venv/" % folder
    found: List[Difference] = []
    known: Set[str] = {FILE, "release.json", ".alive"}
    for part in placed.entries:
        check()
        try:
            entry = read_index(store_folder(root) / part.folder)
        except FileNotFoundError:
            found.append(Difference("store/" + part.folder, REMOVED, "is missing: %s has files of it" % name))
            continue
        left_out = set(part.left_out)
        for destination, file in _files(entry, left_out):
            known.add("venv/" + destination)
            difference = _linked(judge, venv + destination, below + "venv/" + destination, file, entry.time)
            if difference is not None:
                found.append(difference)
    for own in placed.own:
        known.add("venv/" + own.path)
        expected = Expected(own.size, own.sha256, executable=own.executable)
        found += _some(judge.file(venv + own.path, "%svenv/%s" % (below, own.path), expected))
    for path, target in placed.links.items():
        known.add("venv/" + path)
        found += _some(judge.link(venv + path, "%svenv/%s" % (below, path), target))
    found += _some(judge.file(str(folder / ".alive"), below + ".alive", Expected(0, _NOTHING)))
    found += _tree(root, name, judge, known)
    found += _static(root, name, judge, known)
    if placed.record is not None:
        size, sha256 = placed.record
        found += _some(judge.file(str(folder / "release.json"), below + "release.json", Expected(size, sha256)))
    return found + (strays(str(folder), below, known) if judge.thorough else [])


def _tree(root: Path, name: str, judge: Judge, known: Set[str]) -> List[Difference]:
    """The rendered etc tree, which ``release.json`` vouches for."""
    digest = (release.record(root, name) or {}).get("etc")
    if not digest:
        return []
    known.add(TREE)
    path = release.folder(root, name) / TREE
    size = os.path.getsize(str(path)) if path.exists() else 0
    return _some(judge.file(str(path), "releases/%s/%s" % (name, TREE), Expected(size, digest)))


def _static(root: Path, name: str, judge: Judge, known: Set[str]) -> List[Difference]:
    """Static files that were collected for it; those that it was installed with are judged as such."""
    static = manifest.read(root, name)
    if static is None:
        return []
    known.add(manifest.NAME)
    if static.place.startswith("venv/"):
        return []
    folder, found = release.folder(root, name) / static.place, []
    for path, file in static.files.items():
        known.add("%s/%s" % (static.place, path))
        if not os.path.islink(str(folder / path)):
            shown = "releases/%s/%s/%s" % (name, static.place, path)
            found += _some(judge.file(str(folder / path), shown, Expected(file["size"], file["sha256"])))
    return found


def _files(entry: Entry, left_out: Set[str]) -> Iterator[Tuple[str, File]]:
    """What a venv has of an entry: destinations relative to the venv."""
    layout = venv_layout()
    for scheme, tree in entry.trees.items():
        prefix = layout.prefix(scheme, entry.distribution)
        rewritten = set(entry.rewrite) if scheme == "scripts" else set()
        for file in tree.files:
            if file.path not in rewritten and prefix + file.path not in left_out:
                yield prefix + file.path, file


def _linked(judge: Judge, path: str, name: str, file: File, time: int) -> Optional[Difference]:
    """The way of thousands of files in every deploy: one lstat(2) each, where all is well."""
    mode = LINKED_MODES[file.kind == EXECUTABLE]
    try:
        found = os.lstat(path)
        linked = found.st_ino == file.inode
        if (
            linked
            and not judge.thorough
            and found.st_mode == stat.S_IFREG | mode
            and (found.st_size, found.st_mtime_ns) == (file.size, time)
        ):
            judge.files += 1
            return None
    except (FileNotFoundError, NotADirectoryError):
        linked = True
    mode = mode if linked else COPIED_MODES[file.kind == EXECUTABLE]
    return judge.file(path, name, Expected(file.size, file.sha256, mode, inode=file.inode, time=time))


def _some(difference: Optional[Difference]) -> List[Difference]:
    return [] if difference is None else [difference]
