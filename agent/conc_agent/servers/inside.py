"""Run by itself (``view.py``): makes the view, and becomes the program that is to see it. Standard library alone.

A folder is covered by a tmpfs in which everything that stays is bound to its own place, and what changes is written.
So nothing is copied, and what the program creates there goes away with the namespace.
"""

from __future__ import annotations

import base64
import ctypes
import json
import os
import stat
import sys
from typing import Any, Dict, Optional

# unshare(2), mount(2)
_CLONE_NEWNS = 0x00020000
Tree = Dict[str, Any]
_MS_BIND, _MS_REC, _MS_PRIVATE = 4096, 16384, 1 << 18


def main() -> None:
    """On stdin: ``{argv, env, shadowed: [folder], changes: {path: {data, mode, uid, gid} | {link} | null}}``."""
    asked = json.load(sys.stdin)
    try:
        if _libc.unshare(_CLONE_NEWNS) != 0:
            raise OSError(ctypes.get_errno(), "unshare: " + os.strerror(ctypes.get_errno()))
        # Before anything else: nothing that is mounted from here on is seen by anybody else.
        _mount("none", "/", None, _MS_REC | _MS_PRIVATE)
        for folder in asked["shadowed"]:
            if os.path.isdir(folder):
                cover(os.path.realpath(folder), {})
        cover("/etc", nested(asked["changes"]))
    except OSError as error:
        print("%s" % (error.strerror or error))
        sys.exit(125)
    os.execve(asked["argv"][0], asked["argv"], asked["env"])


def nested(changes: Dict[str, Any]) -> Tree:
    """By path, as a tree: ``{"nginx": {"nginx.conf": {"data": …}}}``; leaves are in a list of one."""
    tree: Tree = {}
    for path, change in changes.items():
        below = tree
        *folders, name = path.split("/")
        for folder in folders:
            below = below.setdefault(folder, {})
        below[name] = [change]
    return tree


def cover(folder: str, tree: Tree) -> None:
    # What is covered is reached by way of a descriptor, opened before.
    real = "/proc/self/fd/%d" % os.open(folder, os.O_PATH | os.O_DIRECTORY)
    _mount("conc", folder, "tmpfs", 0)
    _as(real, folder)
    lay(real, folder, tree)


def lay(real: str, place: str, tree: Tree) -> None:
    """``real`` need not be there: what is new lies in a folder of its own."""
    for name in os.listdir(real) if os.path.isdir(real) else []:
        if isinstance(tree.get(name), list):
            continue
        source, target = os.path.join(real, name), os.path.join(place, name)
        mode = os.lstat(source).st_mode
        if stat.S_ISLNK(mode):
            os.symlink(os.readlink(source), target)
        elif stat.S_ISDIR(mode):
            os.mkdir(target)
            if name in tree:
                _as(source, target)
                lay(source, target, tree[name])
            else:
                _mount(source, target, None, _MS_BIND | _MS_REC)
        else:
            os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            _mount(source, target, None, _MS_BIND)
    for name, change in sorted(tree.items()):
        target = os.path.join(place, name)
        if isinstance(change, dict):
            if not os.path.lexists(target):
                os.mkdir(target, 0o755)
                lay(os.path.join(real, name), target, change)
        elif change[0] is not None:
            write(target, change[0])


def write(target: str, change: Dict[str, Any]) -> None:
    if "link" in change:
        os.symlink(change["link"], target)
        return
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:
        file.write(base64.b64decode(change["data"]))
        os.fchown(descriptor, change["uid"], change["gid"])
        os.fchmod(descriptor, int(change["mode"], 8))


def _as(source: str, target: str) -> None:
    found = os.stat(source)
    os.chown(target, found.st_uid, found.st_gid)
    os.chmod(target, stat.S_IMODE(found.st_mode))


def _mount(source: str, target: str, kind: Optional[str], flags: int) -> None:
    words = [None if word is None else os.fsencode(word) for word in (source, target, kind)]
    if _libc.mount(*words, ctypes.c_ulong(flags), None) != 0:
        error = ctypes.get_errno()
        raise OSError(error, "mount on %s: %s" % (target, os.strerror(error)))


_libc = ctypes.CDLL(None, use_errno=True)
