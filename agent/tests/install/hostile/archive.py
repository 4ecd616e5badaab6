"""Zip archives byte by byte, so that each field of each header can be a lie."""

from __future__ import annotations

import struct
import zlib
from typing import List, NamedTuple, Optional, Sequence, Union

STORED, DEFLATED = 0, 8
UTF8 = 0x800


class Item(NamedTuple):
    """One entry. What is None is what an honest tool would write.

    ``packed``: the compressed bytes. ``announced``: the size that the headers tell. ``local``: the name in the entry's
    own header, ``local_size`` the size there. ``hidden``: it stands in no directory. ``at``: the directory points at
    the entry of this number.
    """

    path: Union[str, bytes]
    data: bytes = b""
    mode: int = 0o100644
    method: int = DEFLATED
    flags: int = 0
    crc: Optional[int] = None
    announced: Optional[int] = None
    packed: Optional[bytes] = None
    local: Optional[bytes] = None
    local_size: Optional[int] = None
    extra: bytes = b""
    hidden: bool = False
    at: Optional[int] = None


def write_archive(items: Sequence[Item], comment: bytes = b"") -> bytes:
    body = b""
    directory = b""
    offsets: List[int] = []
    count = 0
    for item in items:
        name = item.path if isinstance(item.path, bytes) else item.path.encode("utf-8")
        flags = item.flags | (0 if name.isascii() or isinstance(item.path, bytes) else UTF8)
        packed = item.packed if item.packed is not None else _pack(item)
        crc = zlib.crc32(item.data) if item.crc is None else item.crc
        size = len(item.data) if item.announced is None else item.announced
        local = name if item.local is None else item.local
        fields = (20, flags, item.method, 0, 0x2821, crc, len(packed), size)
        offsets.append(len(body))
        offset = offsets[item.at] if item.at is not None else len(body)
        if item.at is None:
            told = (*fields[:-1], size if item.local_size is None else item.local_size)
            header = struct.pack("<4s5H3L2H", b"PK\3\4", *told, len(local), len(item.extra))
            body += header + local + item.extra + packed
        if not item.hidden:
            more = (len(name), len(item.extra), 0, 0, 0, item.mode << 16, offset)
            directory += struct.pack("<4s6H3L5H2L", b"PK\1\2", 0x0314, *fields, *more) + name + item.extra
            count += 1
    end = (0, 0, count, count, len(directory), len(body), len(comment))
    return body + directory + struct.pack("<4s4H2LH", b"PK\5\6", *end) + comment


def _pack(item: Item) -> bytes:
    if item.method != DEFLATED:
        return item.data
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(item.data) + packer.flush()
