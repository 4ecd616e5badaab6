"""What stands at a path below an etc root. Standard library alone: these modules also run as root, by themselves."""

from __future__ import annotations

import grp
import hashlib
import os
import pwd
import stat
from typing import Any, Dict, List, Optional

State = Dict[str, Any]
"""``{what, mode, owner, group}``.

``what``: ``sha256:HEX``, ``link:TARGET``, ``folder``, ``other``, or ``unreadable:STAMP`` where this user may not look.
``mode``: ``0644``; ``owner`` and ``group``: names, or digits. Of links they are None.
"""


class Refused(Exception):
    """Why nothing is done at a path, as it goes on after the path: ``is a folder``."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__("%s %s" % (path, why))
        self.path = path
        self.why = why


def place_of(root: str, path: str) -> str:
    """Where a path of the tree lies. Raises ``Refused`` where it is not plain, or leads through a link."""
    parts = path.split("/")
    if not all(parts) or any(part in (".", "..") or "\0" in part for part in parts):
        raise Refused(path, "is not a plain path")
    folder = root
    for part in parts[:-1]:
        folder = os.path.join(folder, part)
        try:
            mode = os.lstat(folder).st_mode
        except FileNotFoundError:
            break
        if not stat.S_ISDIR(mode):
            raise Refused(path, "would lie in %s, which is no folder of its own" % folder)
    return os.path.join(root, path)


def look(place: str) -> Optional[State]:
    """None: there is nothing. A file is read, and compared by what is in it."""
    try:
        found = os.lstat(place)
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(found.st_mode):
        return link_state(os.readlink(place))
    if not stat.S_ISREG(found.st_mode):
        return _state("folder" if stat.S_ISDIR(found.st_mode) else "other", found)
    try:
        return _state("sha256:" + digest_of(place), found)
    except PermissionError:
        return _state(unreadable(place), found)


def link_state(target: str) -> State:
    return {"what": "link:" + target, "mode": None, "owner": None, "group": None}


def stamp(place: str) -> List[int]:
    """What changes with any change of a file, content or not: who can't read it can still see that it is the same."""
    found = os.lstat(place)
    return [found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns]


def unreadable(place: str) -> str:
    """How a file is called by who can't read it: no other, nor a changed one, is called the same."""
    return "unreadable:" + ".".join(map(str, stamp(place)))


def digest_of(place: str) -> str:
    """No link is followed (open(2), ``O_NOFOLLOW``)."""
    descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    digest = hashlib.sha256()
    with open(descriptor, "rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            digest.update(piece)
    return digest.hexdigest()


def user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def group_name(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def user_id(path: str, name: str) -> int:
    try:
        return int(name) if name.isdigit() else pwd.getpwnam(name).pw_uid
    except KeyError as error:
        raise Refused(path, "is to be %s's, and there is no such user here" % name) from error


def group_id(path: str, name: str) -> int:
    try:
        return int(name) if name.isdigit() else grp.getgrnam(name).gr_gid
    except KeyError as error:
        raise Refused(path, "is to be of the group %s, and there is none here" % name) from error


def _state(what: str, found: os.stat_result) -> State:
    return {
        "what": what,
        "mode": "%04o" % stat.S_IMODE(found.st_mode),
        "owner": user_name(found.st_uid),
        "group": group_name(found.st_gid),
    }
