"""A file's bytes out of an archive: never more than it announces, never a byte unaccounted for."""

from __future__ import annotations

import zipfile
import zlib
from typing import BinaryIO, Iterator

BLOCK = 1 << 18
_READ = 1 << 16


class Damaged(Exception):
    """What is packed is not what the archive announces."""


def inflate(source: BinaryIO, start: int, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Unpack what stands at ``start`` in blocks of at most ``BLOCK`` bytes; raises Damaged.

    ``zipfile`` itself stops quietly at the announced size, and never looks at what follows: other readers do.
    """
    blocks = (
        _stored(source, start, member)
        if member.compress_type == zipfile.ZIP_STORED
        else _deflated(source, start, member)
    )
    size = 0
    checksum = 0
    for block in blocks:
        size += len(block)
        if size > member.file_size:
            raise Damaged(f"it is longer than the {member.file_size} bytes that it announces")
        checksum = zlib.crc32(block, checksum)
        yield block
    if size != member.file_size:
        raise Damaged(f"it is {size} bytes long and announces {member.file_size}")
    if checksum != member.CRC:
        raise Damaged("its checksum differs")


def _stored(source: BinaryIO, start: int, member: zipfile.ZipInfo) -> Iterator[bytes]:
    source.seek(start)
    left = member.compress_size
    while left > 0:
        block = source.read(min(left, BLOCK))
        if not block:
            raise Damaged("the archive ends within it")
        left -= len(block)
        yield block


def _deflated(source: BinaryIO, start: int, member: zipfile.ZipInfo) -> Iterator[bytes]:
    source.seek(start)
    left = member.compress_size
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    while left > 0:
        data = source.read(min(left, _READ))
        if not data or unpacker.eof:
            raise Damaged("its compressed data ends too early")
        left -= len(data)
        full = True
        while full and not unpacker.eof:
            try:
                block = unpacker.decompress(data, BLOCK)
            except zlib.error as error:
                raise Damaged(str(error)) from error
            data = unpacker.unconsumed_tail
            full = bool(data) or len(block) == BLOCK
            if block:
                yield block
    if not unpacker.eof or unpacker.unused_data:
        raise Damaged("its compressed data ends elsewhere than the archive says")
