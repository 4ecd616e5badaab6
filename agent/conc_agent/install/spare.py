"""``spare/``: of the release that was removed last, the folders that hold one wheel's files and nothing else.

The next release takes them over as they are: a rename for each, where thousands of files would be linked, and as many
of the removed release deleted. They lie as ``spare/ENTRY/FOLDER``, beside the ``release.json`` of the release whose
they were: its time is the moment from which nobody was to touch them. Who needs the room may remove all of it any time.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections import Counter
from pathlib import Path
from typing import Iterable, List, NamedTuple, Optional, Sequence, Set, Tuple

from conc_agent import sweeper, trash
from conc_agent.install.entry import Entry, File, Tree, read_index
from conc_agent.install.placed import PlacedEntry, read_placed
from conc_agent.install.schemes import LIBRARIES, Layout, venv_layout
from conc_agent.install.store import store_folder

_RELEASE = "release.json"
_NOTHING = Tree([], [])


def spare_folder(root: Path) -> Path:
    return root / "spare"


def _discard(root: Path) -> None:
    if spare_folder(root).exists():
        trash.discard(root, spare_folder(root))


def free(root: Path) -> None:
    """Delete it where it lies: on a full disk nothing can be renamed. What can't be deleted stays."""
    sweeper.delete(str(spare_folder(root)))


def renew(root: Path, removed: Sequence[Path]) -> None:
    """What the last of releases that were just moved away leaves, in place of what was left before. Of wheels that are
    not in the store any more nothing is kept: the room of their files would be."""
    complete = [release for release in removed if (release / _RELEASE).is_file()]
    if complete:
        _discard(root)
        try:
            _save(root, complete[-1])
        except OSError:
            _discard(root)
    if spare_folder(root).is_dir():
        for name in os.listdir(str(spare_folder(root))):
            if name != _RELEASE and not (store_folder(root) / name).is_dir():
                trash.discard(root, spare_folder(root) / name)


class Spare(NamedTuple):
    """What may be taken over. ``since``: when the release was complete, in ns."""

    folder: str
    since: int

    @classmethod
    def of(cls, root: Path) -> Optional[Spare]:
        """None: there is nothing."""
        folder = spare_folder(root)
        try:
            return cls(str(folder), os.lstat(str(folder / _RELEASE)).st_mtime_ns)
        except OSError:
            return None

    def take(self, entry: Entry, venv: str, prefix: str, left_out: Set[str]) -> Set[str]:
        """Move an entry's folders into a venv, to ``prefix``, where its libraries lie; returns their names.

        One is taken only where it is as if it were made now: its files are the store's own, nobody touched it since,
        it and all folders in it have the owner and mode of ``prefix``. Each file is looked at by ``verify``, as always.
        Not where some of its files are ``left_out`` (paths relative to the venv).
        """
        source, target = "%s/%s/" % (self.folder, entry.folder.name), "%s/%s" % (venv, prefix)
        try:
            there = os.listdir(source)
        except OSError:
            return set()
        tree = entry.trees.get(entry.lib, _NOTHING)
        like = _access(os.lstat(target))
        taken = set()
        for top in there:
            try:
                if not _lacks(left_out, prefix + top) and self._is_untouched(source, top, tree, like):
                    os.rename(source + top, target + top)
                    taken.add(top)
            except OSError:
                pass  # it is made anew
        return taken

    def _is_untouched(self, source: str, top: str, tree: Tree, like: Tuple[int, ...]) -> bool:
        """By times that change with each name that comes or goes, and that nobody can set. That of the folder itself
        its rename changed too: of it the one that can be set must do."""
        first = _first(tree, top)
        if first is None or os.lstat(source + first.path).st_ino != first.inode:
            return False
        outside = os.lstat(source + top)
        if outside.st_mtime_ns > self.since or _access(outside) != like:
            return False
        folder = os.open(source, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        look, since = os.stat, self.since
        try:
            for path in _below(tree.folders, top):
                found = look(path, dir_fd=folder, follow_symlinks=False)
                if found.st_ctime_ns > since or (found.st_mode, found.st_uid, found.st_gid) != like:
                    return False
        finally:
            os.close(folder)
        return True


def _save(root: Path, removed: Path) -> None:
    try:
        placed = read_placed(removed)
    except (OSError, ValueError):
        return
    layout = venv_layout()
    known = [(part, entry) for part, entry in ((part, _entry(root, part)) for part in placed.entries) if entry]
    owners = Counter(path for _, entry in known for path in _tops(entry, layout))
    for part, entry in known:
        tree = entry.trees.get(entry.lib, _NOTHING)
        prefix = layout.prefix(entry.lib, entry.distribution)
        source, target = "%s/venv/%s" % (removed, prefix), "%s/%s/" % (spare_folder(root), entry.folder.name)
        whole = [top for top in _topmost(tree) if owners[prefix + top] == 1 and not _lacks(part.left_out, prefix + top)]
        linked = [top for top in whole if _is_linked(source, tree, top)]
        if linked:
            os.makedirs(target, exist_ok=True)
        for top in linked:
            os.rename(source + top, target + top)
    if spare_folder(root).is_dir():
        os.rename(str(removed / _RELEASE), str(spare_folder(root) / _RELEASE))


def _entry(root: Path, part: PlacedEntry) -> Optional[Entry]:
    try:
        return read_index(store_folder(root) / part.folder)
    except (OSError, ValueError):
        return None


def _tops(entry: Entry, layout: Layout) -> Set[str]:
    """Its topmost folders among libraries, relative to a venv."""
    trees = [(scheme, entry.trees[scheme]) for scheme in LIBRARIES if scheme in entry.trees]
    return {layout.prefix(scheme, entry.distribution) + top for scheme, tree in trees for top in _topmost(tree)}


def _topmost(tree: Tree) -> List[str]:
    return [folder for folder in tree.folders if "/" not in folder]


def _lacks(left_out: Iterable[str], top: str) -> bool:
    """Files of it are another wheel's, or are made in the venv."""
    return any(path.startswith(top + "/") for path in left_out)


def _is_linked(source: str, tree: Tree, top: str) -> bool:
    """Where files had to be copied they would keep their room."""
    first = _first(tree, top)
    try:
        return first is not None and os.lstat(source + first.path).st_ino == first.inode
    except OSError:
        return False


def _first(tree: Tree, top: str) -> Optional[File]:
    index = bisect_left(tree.files, (top + "/",))
    return tree.files[index] if index < len(tree.files) and tree.files[index].path.startswith(top + "/") else None


def _below(folders: List[str], top: str) -> List[str]:
    """Those below ``top``, of a sorted list."""
    return folders[bisect_left(folders, top + "/") : bisect_left(folders, top + "0")]


def _access(found: os.stat_result) -> Tuple[int, ...]:
    return (found.st_mode, found.st_uid, found.st_gid)
