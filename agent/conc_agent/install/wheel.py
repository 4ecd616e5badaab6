"""Reading a wheel's archive: its names, its structure, its bytes. Nothing is written here."""

from __future__ import annotations

import errno
import stat
import struct
import zipfile
import zlib
from pathlib import Path
from types import TracebackType
from typing import Dict, Iterator, Optional, Type

from conc_agent.install.names import path_problem
from conc_agent.install.refused import Refused

BLOCK = 1 << 20
_LOCAL_HEADER = 30
_ENCRYPTED = 0x1
_DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError)
"""What zipfile raises for an archive that it cannot read (ValueError: also text that does not decode)."""


class Wheel:
    """An opened archive whose names were checked: plain paths, no links, no two alike, nothing before or between.

    ``members`` are its files by path, in the archive's order; folders, which installers ignore, are left out.
    """

    def __init__(self, path: Path, name: str) -> None:
        """``name`` is the wheel's file name, for messages. Raises Refused, and OSError where the file can't be read."""
        self.name = name
        try:
            self._archive = zipfile.ZipFile(path)
        except _DAMAGED as error:
            raise Refused(name, f"not a readable zip archive: {error}") from error
        except OSError as error:
            # Before 3.10, zipfile seeks to wherever a damaged archive points.
            if error.errno != errno.EINVAL:
                raise
            raise Refused(name, "not a readable zip archive: it points outside itself") from error
        try:
            with path.open("rb") as file:
                self._check_structure(file.read(4))
            self.members = self._checked_members()
        except BaseException:
            self._archive.close()
            raise

    def __enter__(self) -> Wheel:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self._archive.close()

    def read(self, path: str) -> bytes:
        """The whole of a file; its CRC is checked."""
        return b"".join(self.blocks(path))

    def blocks(self, path: str) -> Iterator[bytes]:
        """A file's bytes, in blocks of at most 1 MiB and never more than the archive announces; its CRC is checked."""
        member = self.members[path]
        try:
            with self._archive.open(member) as source:
                block = source.read(BLOCK)
                while block:
                    yield block
                    block = source.read(BLOCK)
        except _DAMAGED as error:
            raise Refused(self.name, f"{path} is damaged in the archive: {error}") from error

    def _check_structure(self, start: bytes) -> None:
        """Entries follow one another from the first byte on, so that every reader finds the same ones."""
        if start != b"PK\x03\x04":
            raise Refused(self.name, "something stands before the archive's first file")
        end = 0
        for member in sorted(self._archive.infolist(), key=lambda member: member.header_offset):
            if member.header_offset < end or (end == 0 and member.header_offset != 0):
                raise Refused(self.name, f"{member.filename!r} overlaps another entry, or something stands before it")
            end = member.header_offset + _LOCAL_HEADER + len(member.orig_filename) + member.compress_size

    def _checked_members(self) -> Dict[str, zipfile.ZipInfo]:
        members: Dict[str, zipfile.ZipInfo] = {}
        folders = set()
        for member in self._archive.infolist():
            is_folder = member.filename.endswith("/")
            path = member.filename[:-1] if is_folder else member.filename
            problem = path_problem(path)
            if "\0" in member.orig_filename:
                problem = "a NUL in a name"
            if problem is not None:
                raise Refused(self.name, f"{problem}: {member.orig_filename!r}")
            kind = stat.S_IFMT(member.external_attr >> 16)
            if kind not in (0, stat.S_IFDIR if is_folder else stat.S_IFREG):
                raise Refused(self.name, f"{path!r} is a link or another special file")
            if is_folder:
                folders.add(path)
                continue
            if member.flag_bits & _ENCRYPTED:
                raise Refused(self.name, f"{path!r} is encrypted")
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise Refused(self.name, f"{path!r} is packed by a method other than deflate")
            if path in members:
                raise Refused(self.name, f"{path!r} is in the archive twice")
            members[path] = member
        for path in members:
            folder = path.rpartition("/")[0]
            while folder and folder not in folders:
                folders.add(folder)
                folder = folder.rpartition("/")[0]
        for path in folders.intersection(members):
            raise Refused(self.name, f"{path!r} is both a file and a folder")
        return members
