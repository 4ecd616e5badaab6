"""What a power loss may leave of a root: a disk that is sure only of what was fsynced.

Of a file its bytes at its last fsync, of a folder its names at its last one (fsync(2): a new file's name is its
folder's). Everything later may be there, or not, or in part. The files of a root are followed by their inodes.
"""

from __future__ import annotations

import os
import random
import stat
from typing import Any, Dict, List, NamedTuple, Union

#: ``{name: folder, file or link}``.
Tree = Dict[str, Any]
#: Releases and their launchers: written before, and never changed by what is looked at here.
STAYS = ("releases", "bin")


class Link(NamedTuple):
    target: str


#: A link, or an inode.
Place = Union[Link, int]


class Moment(NamedTuple):
    """A disk at one instant: what is there for who looks, and what is sure to be there after a power loss."""

    root: int
    folders: Dict[int, Dict[str, Place]]
    files: Dict[int, bytes]
    sure_folders: Dict[int, Dict[str, Place]]
    sure_files: Dict[int, bytes]

    def left(self, how: str, chance: random.Random) -> Tree:
        """By the name of what happened."""
        return {
            "killed": self.killed,
            "lost": self.lost,
            "hollow": self.hollow,
            "torn": lambda: self.torn(chance),
            "mixed": lambda: self.mixed(chance),
        }[how]()

    def killed(self) -> Tree:
        """The machine goes on: all is there."""
        return self._tree(self.root, self.folders, self.files)

    def lost(self) -> Tree:
        """Nothing is there that was not fsynced, neither names nor bytes."""
        return self._tree(self.root, self.sure_folders, self.sure_files)

    def hollow(self) -> Tree:
        """Every name is there, of the bytes only those that were fsynced: ext4 and xfs after a rename without fsync."""
        return self._tree(self.root, self.folders, self.sure_files)

    def torn(self, chance: random.Random) -> Tree:
        """Every name is there, and of the bytes that were not fsynced a part, or something else in their place."""
        torn = {inode: self._torn(inode, data, chance) for inode, data in self.files.items()}
        return self._tree(self.root, self.folders, torn)

    def mixed(self, chance: random.Random) -> Tree:
        """Of each folder and each file one or the other."""
        folders = {
            inode: names if chance.random() < 0.5 else self.sure_folders.get(inode, {})
            for inode, names in {**self.sure_folders, **self.folders}.items()
        }
        known = {**self.sure_files, **self.files}
        files = {inode: self._torn(inode, data, chance) for inode, data in known.items()}
        return self._tree(self.root, folders, files)

    def _torn(self, inode: int, data: bytes, chance: random.Random) -> bytes:
        sure = self.sure_files.get(inode, b"")
        if not data.startswith(sure):
            return chance.choice([sure, data])
        tail = data[len(sure) :]
        cut = chance.randrange(len(tail) + 1)
        hole = b"\0" * (len(tail) - cut)
        # A length that was written beside pages that were not, with or without the last of them.
        return (
            sure + chance.choice([tail[:cut], tail, tail[:cut] + hole, tail[:cut] + hole[:-1] + tail[-1:]])[: len(tail)]
        )

    def _tree(self, inode: int, folders: Dict[int, Dict[str, Place]], files: Dict[int, bytes]) -> Tree:
        tree: Tree = {}
        for name, place in folders.get(inode, {}).items():
            if isinstance(place, Link):
                tree[name] = place
            elif place in self.folders or place in self.sure_folders:
                tree[name] = self._tree(place, folders, files)
            else:
                tree[name] = files.get(place, b"")
        return tree


class Disk:
    """Follows a root, all of which is on the disk at first."""

    def __init__(self, root: str) -> None:
        self._root = root
        # Inodes that are held open are not given to others.
        self._held: Dict[int, int] = {}
        now = self._now()
        self._sure_folders, self._sure_files = dict(now.folders), dict(now.files)

    def synced(self, descriptor: int) -> None:
        """fsync(2) of a file or a folder."""
        path = os.readlink("/proc/self/fd/%d" % descriptor)
        found = os.fstat(descriptor)
        if stat.S_ISDIR(found.st_mode):
            self._sure_folders[found.st_ino] = self._names(path)
        else:
            self._hold(path, found.st_ino)
            self._sure_files[found.st_ino] = _read(path)

    def moment(self) -> Moment:
        return self._now()._replace(sure_folders=dict(self._sure_folders), sure_files=dict(self._sure_files))

    def _now(self) -> Moment:
        folders: Dict[int, Dict[str, Place]] = {}
        files: Dict[int, bytes] = {}
        to_do: List[str] = [self._root]
        while to_do:
            folder = to_do.pop()
            names = folders[os.stat(folder).st_ino] = self._names(folder)
            for name, place in names.items():
                path = os.path.join(folder, name)
                if isinstance(place, Link):
                    continue
                if os.path.isdir(path):
                    to_do.append(path)
                else:
                    files[place] = _read(path)
        return Moment(os.stat(self._root).st_ino, folders, files, {}, {})

    def _names(self, folder: str) -> Dict[str, Place]:
        names: Dict[str, Place] = {}
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            if folder == self._root and name in STAYS:
                continue
            if os.path.islink(path):
                names[name] = Link(os.readlink(path))
            else:
                inode = os.stat(path).st_ino
                self._hold(path, inode)
                names[name] = inode
        return names

    def _hold(self, path: str, inode: int) -> None:
        if inode not in self._held:
            self._held[inode] = os.open(path, os.O_PATH | os.O_CLOEXEC)


def plant(root: str, tree: Tree) -> None:
    """Make a root what a tree says, but for what stays."""
    for name in os.listdir(root):
        if name not in STAYS:
            _remove(os.path.join(root, name))
    _grow(root, tree)


def _grow(folder: str, tree: Tree) -> None:
    for name, value in tree.items():
        path = os.path.join(folder, name)
        if isinstance(value, Link):
            os.symlink(value.target, path)
        elif isinstance(value, dict):
            os.mkdir(path)
            _grow(path, value)
        else:
            with open(path, "wb") as file:
                file.write(value)


def _remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        for name in os.listdir(path):
            _remove(os.path.join(path, name))
        os.rmdir(path)
    else:
        os.unlink(path)


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
