"""``spare/``: of the release that was removed last, the folders that hold one wheel's files and nothing else.

The next release takes them over as they are: a rename for each, where thousands of files would be linked, and as many
of the removed release deleted. They lie as ``spare/ENTRY/SCHEME/FOLDER``; who needs the room may remove them any time.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Set, Tuple

from conc_agent import trash
from conc_agent.install.entry import Entry, Tree, read_index
from conc_agent.install.placed import PlacedEntry, read_placed
from conc_agent.install.schemes import LIBRARIES, venv_layout
from conc_agent.install.store import store_folder

#: A folder's names. Of a file, which one it is; None: a folder.
_Names = Dict[str, Optional[int]]


def spare_folder(root: Path) -> Path:
    return root / "spare"


def discard(root: Path) -> None:
    if spare_folder(root).exists():
        trash.discard(root, spare_folder(root))


def renew(root: Path, removed: Sequence[Path]) -> None:
    """What releases that were just moved away leave, in place of what was left before. Of wheels that are not in the
    store any more nothing is kept: the room of their files would be."""
    if removed:
        discard(root)
        _save(root, removed[-1])
    if spare_folder(root).is_dir():
        for name in os.listdir(str(spare_folder(root))):
            if not (store_folder(root) / name).is_dir():
                trash.discard(root, spare_folder(root) / name)


def take(spare: Path, entry: Entry, scheme: str, target: str, left_out: Set[str]) -> Set[str]:
    """Move the folders of an entry to ``target``, a scheme's folder in a venv; returns their names.

    One is taken only where it is as if it were made now: each name is there and no other, each file is the store's own,
    each folder has ``target``'s owner and mode. ``left_out``: folders that are not to be had whole.
    """
    source = "%s/%s/%s/" % (spare, entry.folder.name, scheme)
    try:
        there = set(os.listdir(source)) - left_out
    except FileNotFoundError:
        return set()
    wanted = _names(entry.trees[scheme])
    like = _access(target)
    taken = set()
    for name in there & wanted.keys():
        try:
            if _is_as_made(source, name, wanted, like):
                os.rename(source + name, target + name)
                taken.add(name)
        except OSError:
            pass  # it is made anew
    return taken


def _save(root: Path, removed: Path) -> None:
    try:
        placed = read_placed(removed)
    except (OSError, ValueError):
        return
    layout = venv_layout()
    known = [(part, entry) for part, entry in ((part, _entry(root, part)) for part in placed.entries) if entry]
    folders = [
        (part, entry, scheme, layout.prefix(scheme, entry.distribution), top, first)
        for part, entry in known
        for scheme in LIBRARIES
        for top, first in _tops(entry, scheme).items()
    ]
    owners = Counter(prefix + top for _, _, _, prefix, top, _ in folders)
    for part, entry, scheme, prefix, top, (path, inode) in folders:
        whole = owners[prefix + top] == 1 and not any(out.startswith(prefix + top + "/") for out in part.left_out)
        source = "%s/venv/%s" % (removed, prefix)
        if whole and _inode(source + path) == inode:
            target = spare_folder(root) / entry.folder.name / scheme
            target.mkdir(parents=True, exist_ok=True)
            os.rename(source + top, str(target / top))


def _entry(root: Path, part: PlacedEntry) -> Optional[Entry]:
    try:
        return read_index(store_folder(root) / part.folder)
    except (OSError, ValueError):
        return None


def _tops(entry: Entry, scheme: str) -> Dict[str, Tuple[str, int]]:
    """The topmost folders, and of each a file that tells whether they are linked."""
    found: Dict[str, Tuple[str, int]] = {}
    for file in entry.trees[scheme].files if scheme in entry.trees else ():
        top, slash, _ = file.path.partition("/")
        if slash and top not in found:
            found[top] = (file.path, file.inode)
    return found


def _inode(path: str) -> int:
    try:
        return os.lstat(path).st_ino
    except OSError:
        return -1


def _names(tree: Tree) -> Dict[str, _Names]:
    """What is in every folder of a tree."""
    names: Dict[str, _Names] = {"": {}}
    for folder in tree.folders:
        names[folder] = {}
        parent, _, name = folder.rpartition("/")
        names[parent][name] = None
    for file in tree.files:
        folder, _, name = file.path.rpartition("/")
        names[folder][name] = file.inode
    return names


def _is_as_made(source: str, top: str, wanted: Dict[str, _Names], like: Tuple[int, ...]) -> bool:
    folders: List[str] = [top]
    while folders:
        folder = folders.pop()
        if _access(source + folder) != like:
            return False
        names = wanted[folder]
        count = 0
        with os.scandir(source + folder) as there:
            for found in there:
                count += 1
                inode = names.get(found.name, -1)
                if inode is None:
                    folders.append(folder + "/" + found.name)
                elif inode != found.inode():
                    return False
        if count != len(names):
            return False
    return True


def _access(folder: str) -> Tuple[int, ...]:
    found = os.lstat(folder)
    return (found.st_mode, found.st_uid, found.st_gid)
