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

from conc_agent.install.inflate import Damaged, inflate
from conc_agent.install.names import path_problem
from conc_agent.install.refused import Refused
from conc_agent.install.structure import has_second_name, starts_of_data

_ENCRYPTED = 0x1
_DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError)
"""What zipfile raises for an archive that it cannot read (ValueError: also text that does not decode)."""

_BOMB_SIZE = 64 << 20
_BOMB_RATIO = 100
"""No honest wheel comes near both: text packs to a tenth, tables of zeros to a fortieth. Deflate ends at 1/1032."""


class Wheel:
    """An opened archive whose names were checked: plain paths, no links, no two alike, nothing before or between.

    ``members`` are its files by path, in the archive's order; folders, which installers ignore, are left out.
    """

    def __init__(self, path: Path, name: str) -> None:
        """``name`` is the wheel's file name, for messages. Raises Refused, and OSError where the file can't be read."""
        self.name = name
        self._file = path.open("rb")
        try:
            with self._opened() as archive:
                self.members = self._checked_members(archive)
                self._check_ratio()
                self._starts = starts_of_data(archive, self._file)
        except BaseException as error:
            self._file.close()
            if isinstance(error, _DAMAGED):
                raise Refused(name, str(error)) from error
            raise

    def __enter__(self) -> Wheel:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self._file.close()

    def read(self, path: str) -> bytes:
        """The whole of a file; its CRC is checked."""
        return b"".join(self.blocks(path))

    def blocks(self, path: str) -> Iterator[bytes]:
        """A file's bytes, in small blocks and never more than the archive announces; its CRC is checked."""
        member = self.members[path]
        try:
            yield from inflate(self._file, self._starts[member.header_offset], member)
        except Damaged as error:
            raise Refused(self.name, f"{path!r} is damaged in the archive: {error}") from error

    def _opened(self) -> zipfile.ZipFile:
        try:
            return zipfile.ZipFile(self._file)
        except _DAMAGED as error:
            raise Refused(self.name, f"not a readable zip archive: {error}") from error
        except OSError as error:
            # Before 3.10, zipfile seeks to wherever a damaged archive points.
            if error.errno != errno.EINVAL:
                raise
            raise Refused(self.name, "not a readable zip archive: it points outside itself") from error

    def _checked_members(self, archive: zipfile.ZipFile) -> Dict[str, zipfile.ZipInfo]:
        members: Dict[str, zipfile.ZipInfo] = {}
        folders = set()
        for member in archive.infolist():
            path = member.orig_filename
            is_folder = path.endswith("/")
            path = path[:-1] if is_folder else path
            self._check_member(member, path, is_folder)
            if is_folder:
                folders.add(path)
                continue
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

    def _check_member(self, member: zipfile.ZipInfo, path: str, is_folder: bool) -> None:
        problem = path_problem(path)
        if problem is not None:
            raise Refused(self.name, f"{problem}: {path!r}")
        if has_second_name(member.extra):
            raise Refused(self.name, f"{path!r} has a second name, which only some readers see")
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFDIR if is_folder else stat.S_IFREG):
            raise Refused(self.name, f"{path!r} is a link or another special file")
        if member.flag_bits & _ENCRYPTED:
            raise Refused(self.name, f"{path!r} is encrypted")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused(self.name, f"{path!r} is packed by a method other than deflate")

    def _check_ratio(self) -> None:
        size = self._file.seek(0, 2)
        unpacked = sum(member.file_size for member in self.members.values())
        if unpacked > _BOMB_SIZE and unpacked > size * _BOMB_RATIO:
            raise Refused(self.name, f"it unpacks to {unpacked:,} bytes, more than 100 times its own size of {size:,}")
