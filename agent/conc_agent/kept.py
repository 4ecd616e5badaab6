"""The agent's code as a node keeps it, compiled: ``<root>/agent/``, one file for each agent and interpreter.

Only what the account that runs this can have written is read. Whatever else is found there is as good as nothing: then
the code comes from the controller, as it does the first time. ``keep.py`` writes what is read here.
"""

from __future__ import annotations

import hashlib
import importlib.util
import marshal
import os
import stat
import sys
from types import CodeType
from typing import Dict, NamedTuple, Optional

from conc_agent.modules import file_of

FOLDER = "agent"
#: Bytes; what is longer is not conc's.
LIMIT = 32 << 20
_SUM = 32


class Kept(NamedTuple):
    """``program``: the sources, as ``guard/program.py`` packs them. ``packages``: of every module, is it one?
    ``codes``: of those that were compiled so far, marshalled."""

    program: bytes
    packages: Dict[str, bool]
    codes: Dict[str, bytes]

    def code(self, name: str) -> Optional[CodeType]:
        return marshal.loads(self.codes[name]) if name in self.codes else None  # noqa: S302

    def source(self, name: str) -> str:
        """Seldom wanted: for what was not compiled so far, and for tracebacks."""
        import io
        import zipfile

        path = file_of(name, self.packages[name])
        return zipfile.ZipFile(io.BytesIO(self.program)).read(path).decode("utf-8")


def load(root: str, digest: str) -> Optional[Kept]:
    """``digest``: of the agent's sources (``keep.digest``). None: there is nothing that can be used."""
    try:
        folder = open_folder(os.path.realpath(os.path.expanduser(root)))
        try:
            data = _read(folder, file_name(digest))
        finally:
            os.close(folder)
        if data[:_SUM] != _sum(digest, data[_SUM:]):
            return None
        return Kept(*marshal.loads(data[_SUM:]))  # noqa: S302
    except (OSError, ValueError, TypeError, EOFError):
        return None


def dump(digest: str, kept: Kept) -> bytes:
    data = marshal.dumps(tuple(kept))
    return _sum(digest, data) + data


def file_name(digest: str) -> str:
    """Bytecode is of one interpreter: its magic number goes with its cache tag (PEP 3147, PEP 552)."""
    return "%s.%s-%s" % (digest, sys.implementation.cache_tag, importlib.util.MAGIC_NUMBER.hex())


def open_folder(root: str) -> int:
    """A descriptor of the folder. Raises OSError where it is missing, a link, or open to anybody else."""
    descriptor = os.open(root + "/" + FOLDER, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    if _is_own(os.fstat(descriptor)) and (os.geteuid() != 0 or _is_of_root(root)):
        return descriptor
    os.close(descriptor)
    raise PermissionError(root + "/" + FOLDER)


def _is_own(seen: os.stat_result) -> bool:
    return seen.st_uid == os.geteuid() and not seen.st_mode & 0o077


def _is_of_root(root: str) -> bool:
    """Root runs nothing from where somebody else may rename a folder on the way: each is root's own."""
    while True:
        seen = os.lstat(root)
        if seen.st_uid != 0 or (seen.st_mode & 0o022 and not seen.st_mode & stat.S_ISVTX):
            return False
        if root == "/":
            return True
        root = os.path.dirname(root)


def _read(folder: int, name: str) -> bytes:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with open(os.open(name, flags, dir_fd=folder), "rb") as file:
        seen = os.fstat(file.fileno())
        if not (stat.S_ISREG(seen.st_mode) and _is_own(seen) and seen.st_size <= LIMIT):
            raise PermissionError(name)
        return file.read(LIMIT)


def _sum(digest: str, data: bytes) -> bytes:
    """Against damage: who may write here may run code as this account anyway."""
    return hashlib.sha256(file_name(digest).encode() + data).digest()
