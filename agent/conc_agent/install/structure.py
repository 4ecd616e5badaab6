"""The order of an archive's bytes: entry after entry, then the directory, then its end, and nothing else anywhere.

Readers differ in what they believe: some go by the directory at the end, some (uv, for one) read the entries as they
stream in. Only an archive without a gap, a lie or a remainder is the same to all of them.
"""

from __future__ import annotations

import struct
import zipfile
from typing import BinaryIO, Dict, Optional

_LOCAL = struct.Struct("<4s5H3L2H")
_END = struct.Struct("<4s4H2LH")
_LATER = 0x8
"""Sizes and checksum stand behind the data, in a descriptor of one of these sizes (with a signature or not, zip64)."""
_DESCRIPTORS = (12, 16, 20, 24)
_UTF8 = 0x800
_WIDE = 0xFFFFFFFF
_UNICODE_PATH = 0x7075


def starts_of_data(archive: zipfile.ZipFile, source: BinaryIO) -> Dict[int, int]:
    """Where the data of each entry starts, by the offset of its header; raises ValueError with what is wrong."""
    members = sorted(archive.infolist(), key=lambda member: member.header_offset)
    starts: Dict[int, int] = {}
    end = 0
    slack = (0,)
    for member in members:
        if member.header_offset - end not in slack:
            raise ValueError(_misplaced(member, end))
        start = _start_of_data(source, member)
        starts[member.header_offset] = start
        end = start + member.compress_size
        slack = _DESCRIPTORS if member.flag_bits & _LATER else (0,)
    directory = getattr(archive, "start_dir", end)
    if directory - end not in slack:
        raise ValueError("something stands between its last entry and its directory, or they overlap")
    _check_end(archive, source)
    return starts


def has_second_name(extra: bytes) -> bool:
    """Whether an extra field holds Info-ZIP's Unicode path."""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<2H", extra)
        if kind == _UNICODE_PATH:
            return True
        extra = extra[4 + length :]
    return False


def _misplaced(member: zipfile.ZipInfo, end: int) -> str:
    if end == 0:
        return "something stands before the archive's first file"
    if member.header_offset < end:
        return f"{member.filename!r} overlaps another entry"
    return f"something stands between {member.filename!r} and the entry before it"


def _start_of_data(source: BinaryIO, member: zipfile.ZipInfo) -> int:
    source.seek(member.header_offset)
    header = source.read(_LOCAL.size)
    if len(header) < _LOCAL.size or not header.startswith(b"PK\3\4"):
        raise ValueError(f"{member.filename!r} has no header of its own")
    _, _, flags, method, _, _, checksum, packed, size, name_length, extra_length = _LOCAL.unpack(header)
    name = source.read(name_length)
    if name != member.orig_filename.encode("utf-8" if member.flag_bits & _UTF8 else "cp437"):
        raise ValueError(f"{member.filename!r} has another name in its own header")
    if has_second_name(source.read(extra_length)):
        raise ValueError(f"{member.filename!r} has a second name, which only some readers see")
    told = (method, flags & _LATER) == (member.compress_type, member.flag_bits & _LATER)
    if not flags & _LATER:
        told = told and checksum == member.CRC
        told = told and _same(packed, member.compress_size) and _same(size, member.file_size)
    if not told:
        raise ValueError(f"{member.filename!r} announces something else in its own header")
    return member.header_offset + _LOCAL.size + name_length + extra_length


def _same(told: int, size: int) -> bool:
    """zip64 keeps the true size elsewhere."""
    return told in (size, _WIDE)


def _check_end(archive: zipfile.ZipFile, source: BinaryIO) -> None:
    size = source.seek(0, 2)
    at = size - _END.size - len(archive.comment)
    source.seek(max(at, 0))
    end: Optional[bytes] = source.read(_END.size)
    if not end or not end.startswith(b"PK\5\6"):
        raise ValueError("bytes stand after its end")
