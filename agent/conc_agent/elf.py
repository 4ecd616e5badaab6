"""Which symbol versions a shared library defines: ``.gnu.version_d`` (gABI; Drepper, "ELF Symbol Versioning").

What src/bundle/elf/read-elf.ts reads of files that ask, this reads of files that have.
"""

from __future__ import annotations

import struct
from typing import Dict, Iterator, List, Optional, Set, Tuple

PT_LOAD, PT_DYNAMIC = 1, 2
#: Says the library's own name.
VER_FLG_BASE = 1
DT_STRTAB, DT_VERDEF, DT_VERDEFNUM = 5, 0x6FFFFFFC, 0x6FFFFFFD

#: Of entries and of versions: hundreds are many.
MOST = 10000


def defined_versions(path: str) -> Optional[Set[str]]:
    """The names. None: the file has no such table (the linker refuses nothing then), or can't be read."""
    try:
        with open(path, "rb") as file:
            return _versions(file.read())
    except (OSError, struct.error, ValueError, UnicodeDecodeError):
        return None


def _versions(data: bytes) -> Optional[Set[str]]:
    if data[:4] != b"\x7fELF" or data[4] not in (1, 2) or data[5] not in (1, 2):
        raise ValueError("no ELF file")
    wide, order = data[4] == 2, "<" if data[5] == 1 else ">"
    segments = list(_segments(data, wide, order))
    dynamic = _dynamic(data, segments, wide, order)
    if DT_VERDEF not in dynamic or DT_STRTAB not in dynamic:
        return None
    strings = _offset(segments, dynamic[DT_STRTAB])
    names: Set[str] = set()
    at = _offset(segments, dynamic[DT_VERDEF])
    for _ in range(min(dynamic.get(DT_VERDEFNUM, 0), MOST)):
        # Elf_Verdef and its first Elf_Verdaux, which has the name: the same in both classes.
        flags, auxiliary, following = struct.unpack_from(order + "2xH8xII", data, at)
        (name,) = struct.unpack_from(order + "I", data, at + auxiliary)
        if not flags & VER_FLG_BASE:
            names.add(_text(data, strings + name))
        if following == 0:
            break
        at += following
    return names


def _segments(data: bytes, wide: bool, order: str) -> Iterator[Tuple[int, int, int, int]]:
    """Type, offset in the file, address, size in the file."""
    start, size, count = (
        struct.unpack_from(order + "Q14xHH", data, 32) if wide else struct.unpack_from(order + "I10xHH", data, 28)
    )
    for at in range(start, start + size * count, size or 1):
        if wide:
            kind, _, offset, address, _, length = struct.unpack_from(order + "IIQQQQ", data, at)
        else:
            kind, offset, address, _, length = struct.unpack_from(order + "IIIII", data, at)
        yield kind, offset, address, length


def _dynamic(data: bytes, segments: List[Tuple[int, int, int, int]], wide: bool, order: str) -> Dict[int, int]:
    entries: Dict[int, int] = {}
    for kind, offset, _, size in segments:
        if kind != PT_DYNAMIC:
            continue
        width = 16 if wide else 8
        for at in range(offset, offset + min(size, MOST * width), width):
            tag, value = struct.unpack_from(order + ("QQ" if wide else "II"), data, at)
            if tag == 0:
                break
            entries[tag] = value
    return entries


def _offset(segments: List[Tuple[int, int, int, int]], address: int) -> int:
    """Where in the file something lies that is loaded at an address."""
    for kind, offset, start, size in segments:
        if kind == PT_LOAD and start <= address < start + size:
            return address - start + offset
    raise ValueError("an address that is in no segment")


def _text(data: bytes, at: int) -> str:
    return data[at : data.index(b"\0", at)].decode("ascii")
