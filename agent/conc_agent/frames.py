"""Frames: how messages stand on the wire (protocol/README.md, "Frames"). Bytes only, no threads, no files."""

from __future__ import annotations

import json
import struct
import zlib
from typing import Any, Iterator, NamedTuple, Tuple

VERSION = 1
#: The longest payload of one frame. Longer ones are refused before they are read.
LIMIT = 1 << 20
#: The longest JSON text, put together from its parts.
JSON_LIMIT = 64 << 20
#: What a sender puts into one frame: small enough that a quarter of a window always holds several.
CHUNK = 1 << 16
#: Payload bytes that a side may send on a channel before it needs credit.
WINDOW = 1 << 20
#: A receiver grants credit at the latest when so much was taken.
GRANT = WINDOW // 4

JSON, MORE, BLOB, ITEM, CREDIT, END, CLOSE, PING, PONG = b"J", b"M", b"B", b"I", b"W", b"E", b"X", b"P", b"Q"
KINDS = JSON + MORE + BLOB + ITEM + CREDIT + END + CLOSE + PING + PONG

_HEADER = struct.Struct(">cII")
_COUNT = struct.Struct(">I")
HEADER = _HEADER.size


class Frame(NamedTuple):
    """``kind`` is one of KINDS."""

    kind: bytes
    channel: int
    payload: bytes


class FrameError(Exception):
    """Bytes that are no frame; the message shows them."""


def encode(kind: bytes, channel: int, payload: bytes = b"") -> bytes:
    if len(payload) > LIMIT:
        raise FrameError("a payload of %d bytes is longer than %d" % (len(payload), LIMIT))
    return _HEADER.pack(kind, channel, len(payload)) + payload


def encode_count(count: int) -> bytes:
    """The payload of a window frame."""
    return _COUNT.pack(count)


def decode_count(payload: bytes) -> int:
    if len(payload) != _COUNT.size:
        raise FrameError("a window frame of %d bytes: %s" % (len(payload), payload[:32].hex()))
    return int(_COUNT.unpack(payload)[0])


def dump_json(value: Any) -> bytes:
    """ASCII, so that names which are not UTF-8 on the node (surrogates) pass as escapes. NaN is refused."""
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode("ascii")


def inflated(data: bytes) -> bytes:
    """What was deflated by zlib, of JSON_LIMIT at most."""
    inflate = zlib.decompressobj()
    try:
        text = inflate.decompress(data, JSON_LIMIT)
    except zlib.error as error:
        raise FrameError("not deflated: %s" % error) from error
    if not inflate.eof:
        raise FrameError("deflated JSON that is cut, or longer than %d bytes" % JSON_LIMIT)
    return text


def load_json(payload: bytes) -> Any:
    try:
        return json.loads(payload.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise FrameError("not JSON (%s): %r" % (error, payload[:64])) from error


def split_json(payload: bytes) -> Iterator[Tuple[bytes, bytes]]:
    """(kind, part) of one JSON text: all but the last are MORE."""
    return split(payload, JSON)


def split(payload: bytes, kind: bytes, size: int = CHUNK) -> Iterator[Tuple[bytes, bytes]]:
    """(kind, part) of what is longer than a frame should be: all but the last are MORE."""
    last = max(0, (len(payload) - 1) // size) * size
    for start in range(0, last, size):
        yield MORE, payload[start : start + size]
    yield kind, payload[last:]


class Decoder:
    """Takes bytes in pieces of any size, gives whole frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        self._buffer += data
        start = 0
        while len(self._buffer) - start >= _HEADER.size:
            kind, channel, length = _HEADER.unpack_from(self._buffer, start)
            if kind not in KINDS or length > LIMIT:
                raise FrameError("not a frame: " + bytes(self._buffer[start : start + 64]).hex())
            end = start + _HEADER.size + length
            if len(self._buffer) < end:
                break
            yield Frame(kind, channel, bytes(self._buffer[start + _HEADER.size : end]))
            start = end
        del self._buffer[:start]

    @property
    def rest(self) -> bytes:
        """What came of a frame that is not whole yet."""
        return bytes(self._buffer)
