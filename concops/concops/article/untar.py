"""Unpacks a source package within the bundle directory."""

from __future__ import annotations

import os
import posixpath
import tarfile
from typing import Any, Dict, List, Optional

from concops.article.bundle import NoPlace, location
from concops.article.choose import only
from concops.result import Result
from concops.status import Status


class UnTar:
    """Unpacks the one archive of the bundle directory that the pattern matches, into that directory.

    What would be written anywhere else, and what is neither file, directory nor link, is refused before anything is
    written.
    """

    again = "safe"

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.plan = "unpacks %s in ~/${bundle}" % pattern
        self.by_hand = ["cd ~/${bundle} && tar -xf %s" % pattern]

    def __call__(self, ncd: Dict[str, Any], sudoPass: Optional[str]) -> Result:
        try:
            folder = location(ncd)
            archive = only(folder, self.pattern, os.path.isfile)
            count = unpack(archive, folder)
        except (OSError, NoPlace, ValueError, EOFError, tarfile.TarError) as error:
            return Result(Status.failed, str(error))
        return Result(Status.ok, "%s: %d entries" % (os.path.basename(archive), count))

    def __repr__(self) -> str:
        return "UnTar(%r)" % self.pattern


def unpack(archive: str, folder: str) -> int:
    """How many entries were unpacked. Raises ``ValueError`` for one that is not allowed."""
    with tarfile.open(archive) as tar:
        members = [_checked(member) for member in tar.getmembers()]
        if hasattr(tarfile, "data_filter"):
            tar.extractall(folder, members, filter="data")
        else:
            _extract(tar, members, folder)
    return len(members)


def _extract(tar: tarfile.TarFile, members: List[tarfile.TarInfo], folder: str) -> None:
    """Where Python has no filters (PEP 706): nothing is written through a link that the archive brings."""
    for member in members:
        parent = os.path.realpath(os.path.join(folder, os.path.dirname(member.name)))
        if not _is_within(parent, os.path.realpath(folder)):
            raise ValueError("%s would be written through a link to %s" % (member.name, parent))
        tar.extract(member, folder, set_attrs=not member.issym())


def _checked(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """As PEP 706 has it for ``data``; and links must stay within what the archive itself could hold."""
    name = member.name
    if name.startswith("/") or ".." in name.split("/"):
        raise ValueError("%r leads out of the directory" % name)
    if not (member.isreg() or member.isdir() or member.issym() or member.islnk()):
        raise ValueError("%r is neither file, directory nor link" % name)
    if member.issym() or member.islnk():
        base = posixpath.dirname(name) if member.issym() else ""
        target = posixpath.normpath(posixpath.join(base, member.linkname))
        if member.linkname.startswith("/") or target.split("/")[0] == "..":
            raise ValueError("%r links to %r, out of the directory" % (name, member.linkname))
    member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
    member.uid = member.gid = os.getuid()
    member.uname = member.gname = ""
    return member


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + os.sep)
