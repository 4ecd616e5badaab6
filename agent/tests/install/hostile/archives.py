"""Archives whose structure lies: damaged, hidden, overlapping, exploding."""

from __future__ import annotations

import struct
import zlib
from typing import Iterator, List

from .archive import Item, write_archive
from .case import SOURCE, Case, digest, items, metadata, one, wheel
from .paths import EVIL

UNREADABLE = "readable zip archive|can.t be read as a zip archive"
BETWEEN = "something stands between|overlaps another entry"
DAMAGED = "damaged|can.t be unpacked|not a readable zip|can.t be read|announces"
BOMB = "more than 100 times its own size"
_MIB = 1 << 20


def cases() -> Iterator[Case]:
    sound = wheel()
    yield one("archive-empty", "an empty file", UNREADABLE, b"")
    yield one("archive-none", "not an archive", UNREADABLE, b"#!/bin/sh\nexit\n" * 20)
    yield one("archive-cut-short", "cut off at its end", UNREADABLE, sound[:-30])
    yield one("archive-cut-early", "cut off in its middle", UNREADABLE, sound[: len(sound) // 2])
    yield one(
        "archive-prepended", "a program before the archive", "stands before|can.t be read", b"#!/bin/sh\nexit\n" + sound
    )
    yield one(
        "archive-polyglot",
        "two archives, one after the other",
        "stands before|can.t be read",
        wheel([("evil.py", EVIL)]) + sound,
    )
    yield one("archive-appended", "bytes after its end", "after its end|can.t be read", sound + EVIL)
    hidden = [*items()[:-1], Item("evil.py", EVIL, hidden=True), items()[-1]]
    yield one(
        "archive-hidden",
        "an entry that the directory leaves out (readers of streams see it)",
        BETWEEN,
        write_archive(hidden),
    )
    gap = write_archive(items())
    at = gap.index(b"PK\1\2")
    moved = gap[:at] + EVIL + gap[at:-6] + struct.pack("<LH", at + len(EVIL), 0)
    yield one("archive-before-directory", "bytes between the last entry and the directory", BETWEEN, moved)
    yield one(
        "archive-overlap",
        "two entries made of the same bytes",
        BETWEEN + "|another name in its own header",
        _overlapping(),
    )
    yield one("archive-encrypted", "an encrypted entry", "encrypted", wheel([Item("good/x.py", EVIL, flags=1)]))
    for method, says in ((12, "bzip2"), (14, "LZMA"), (93, "Zstandard")):
        packed = Item("good/x.py", EVIL, method=method)
        yield one(
            f"archive-{says.lower()}",
            f"an entry packed with {says}",
            "packed by a method other than deflate",
            wheel([packed]),
        )
    yield one("archive-wrong-crc", "a wrong checksum", DAMAGED, wheel([Item("good/x.py", EVIL, crc=1)]))
    yield one(
        "archive-broken-deflate",
        "an entry that does not unpack",
        DAMAGED,
        wheel([Item("good/x.py", EVIL, packed=b"\7" * 30)]),
    )
    short = Item("good/x.py", EVIL, announced=4, crc=zlib.crc32(EVIL[:4]))
    yield one(
        "archive-longer",
        "an entry longer than it announces",
        DAMAGED,
        wheel([short], rows=lambda found: _lie(found, short)),
    )
    more = Item("good/x.py", EVIL, announced=len(EVIL) + 9)
    yield one("archive-shorter", "an entry shorter than it announces", DAMAGED + "|RECORD says 12 bytes", wheel([more]))
    lie = Item("good/x.py", EVIL, local_size=4)
    yield one(
        "archive-two-sizes",
        "another size in the entry's own header",
        "announces something else in its own header",
        wheel([lie]),
    )
    tail = Item("good/x.py", EVIL, packed=_deflated(EVIL) + b"hidden bytes")
    yield one("archive-after-deflate", "bytes behind an entry's compressed data", DAMAGED, wheel([tail]))
    yield one(
        "bomb-one", "80 MiB of zeros in one file of 80 kB", BOMB, wheel([Item("good/zeros.bin", bytes(80 * _MIB))])
    )
    packed = _deflated(bytes(20 * _MIB))
    many = [Item(f"good/{number}.bin", bytes(20 * _MIB), packed=packed) for number in range(5)]
    yield one("bomb-many", "100 MiB of zeros in five files", BOMB, wheel(many))
    text = metadata() + b"\n" + bytes(70 * _MIB)
    yield one("bomb-metadata", "70 MiB of zeros as its METADATA", BOMB, wheel(change={"METADATA": text}))
    yield one("sound-comment", "an archive with a comment", None, write_archive(items(), b"made by hand"))
    yield one(
        "sound-stored",
        "entries that are not compressed",
        None,
        write_archive([item._replace(method=0) for item in items()]),
    )


def _deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def _lie(rows: List[List[str]], item: Item) -> List[List[str]]:
    """RECORD tells of the announced part alone, so that only the archive's own lie is left."""
    part = item.data[: item.announced]
    return [[row[0], digest(part), str(len(part))] if row[0] == item.path else row for row in rows]


def _overlapping() -> bytes:
    """As Fifield's "better zip bomb" does it: a second name for the bytes of another entry."""
    listed = items([Item("good/copy.py", SOURCE)])
    return write_archive([listed[0], listed[1]._replace(at=0), *listed[2:]])
