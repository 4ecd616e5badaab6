"""A release as it is against what was placed in it: files, links, ``release.json``, and what does not belong."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import Callable, Iterator, List, Optional, Set, Tuple

from conc_agent import halves, release
from conc_agent.drift.judge import REMOVED, Difference, Expected, Judge
from conc_agent.drift.strays import strays
from conc_agent.etc.tree import NAME as TREE
from conc_agent.install.entry import EXECUTABLE, INDEX, Entry, File, read_index
from conc_agent.install.placed import FILE, PlacedEntry, read_placed
from conc_agent.install.schemes import venv_layout
from conc_agent.install.store import store_folder
from conc_agent.static import manifest

#: In the store, and linked into a venv; copied into one.
LINKED_MODES, COPIED_MODES = (0o444, 0o555), (0o644, 0o755)
#: Bytes of indexes, some 150 for a file: below, a second process is not worth its start.
_LEAST = 600_000
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
    found += _entries(root, name, placed.entries, judge, check, known)
    for own in placed.own:
        known.add("venv/" + own.path)
        expected = Expected(own.size, own.sha256, executable=own.executable)
        found += _some(judge.file(venv + own.path, "%svenv/%s" % (below, own.path), expected))
    for path, target in placed.links.items():
        known.add("venv/" + path)
        found += _some(judge.link(venv + path, "%svenv/%s" % (below, path), target))
    if placed.vendors is not None:
        from conc_agent.drift.vendors import shared_drift

        found += shared_drift(root, name, placed.vendors, judge, check, known)
    found += _some(judge.file(str(folder / ".alive"), below + ".alive", Expected(0, _NOTHING)))
    found += _tree(root, name, judge, known)
    found += _static(root, name, judge, known)
    if placed.record is not None:
        size, sha256 = placed.record
        found += _some(judge.file(str(folder / "release.json"), below + "release.json", Expected(size, sha256)))
    return found + (strays(str(folder), below, known) if judge.thorough else [])


def _entries(
    root: Path, name: str, parts: List[PlacedEntry], judge: Judge, check: Callable[[], None], known: Set[str]
) -> List[Difference]:
    """By two processes, where that is quicker. Where all is read they would wait for one disk."""
    sizes = {part.folder: _index_size(root, part) for part in parts}
    if judge.thorough or not halves.pay(sum(sizes.values()), _LEAST):
        return [each for part in parts for each in _entry(root, name, part, judge, check, known)]
    mine, others = halves.split(parts, lambda part: sizes[part.folder])

    def theirs(look: Callable[[], None]) -> Tuple[List[Difference], int]:
        own = Judge(thorough=False)
        return [each for part in others for each in _entry(root, name, part, own, look, set())], own.files

    ours, (differing, files) = halves.both(
        lambda: [each for part in mine for each in _entry(root, name, part, judge, check, known)], theirs, check
    )
    judge.files += files
    return ours + [Difference(*each) for each in differing]


def _index_size(root: Path, part: PlacedEntry) -> int:
    """In proportion to its files, before anything is read."""
    try:
        return os.stat(str(store_folder(root) / part.folder / INDEX)).st_size
    except OSError:
        return 0


def _entry(
    root: Path, name: str, part: PlacedEntry, judge: Judge, check: Callable[[], None], known: Set[str]
) -> List[Difference]:
    check()
    try:
        entry = read_index(store_folder(root) / part.folder)
    except FileNotFoundError:
        return [Difference("store/" + part.folder, REMOVED, "is missing: %s has files of it" % name)]
    found: List[Difference] = []
    venv, below = "%s/venv/" % release.folder(root, name), "releases/%s/venv/" % name
    for prefix, files in _files(entry, set(part.left_out)):
        found += _linked(judge, venv + prefix, below + prefix, files, entry.time)
        if judge.thorough:
            known.update("venv/" + prefix + file.path for file in files)
    return found


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


def _files(entry: Entry, left_out: Set[str]) -> Iterator[Tuple[str, List[File]]]:
    """What a venv has of an entry: the files of each scheme, and the folder (relative to the venv) they lie below."""
    layout = venv_layout()
    for scheme, tree in entry.trees.items():
        prefix = layout.prefix(scheme, entry.distribution)
        rewritten = set(entry.rewrite) if scheme == "scripts" else set()
        if rewritten or left_out:
            yield (
                prefix,
                [file for file in tree.files if file.path not in rewritten and prefix + file.path not in left_out],
            )
        else:
            yield prefix, tree.files


def _linked(judge: Judge, folder: str, name: str, files: List[File], time: int) -> List[Difference]:
    """``folder`` is where the files' paths begin, ``name`` how people are told of it; both end with a slash."""
    found: List[Difference] = []
    for file in files if judge.thorough else _unlike(judge, folder, files, time):
        path, mode = folder + file.path, LINKED_MODES[file.kind == EXECUTABLE]
        try:
            if os.lstat(path).st_ino != file.inode:
                mode = COPIED_MODES[file.kind == EXECUTABLE]
        except (FileNotFoundError, NotADirectoryError):
            pass
        expected = Expected(file.size, file.sha256, mode, inode=file.inode, time=time)
        found += _some(judge.file(path, name + file.path, expected))
    return found


def _unlike(judge: Judge, folder: str, files: List[File], time: int) -> List[File]:
    """Those that are not plainly the store's own. Thousands in every deploy: one stat(2) each, by a short path."""
    modes = [stat.S_IFREG | mode for mode in LINKED_MODES]
    try:
        descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return files
    left: List[File] = []
    look = os.stat
    try:
        for file in files:
            path, size, inode, kind, _ = file
            try:
                found = look(path, dir_fd=descriptor, follow_symlinks=False)
            except (FileNotFoundError, NotADirectoryError):
                left.append(file)
                continue
            if (
                found.st_ino != inode
                or found.st_mode != modes[kind == EXECUTABLE]
                or found.st_size != size
                or found.st_mtime_ns != time
            ):
                left.append(file)
    finally:
        os.close(descriptor)
    judge.files += len(files) - len(left)
    return left


def _some(difference: Optional[Difference]) -> List[Difference]:
    return [] if difference is None else [difference]
