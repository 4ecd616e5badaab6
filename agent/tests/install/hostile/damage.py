"""Wheels with random damage: bytes that changed, parts that were cut out, doubled or moved. One seed, one series."""

from __future__ import annotations

import random
import struct
from typing import Iterator, List

from .case import wheel


def damaged_wheels(seed: int, count: int) -> Iterator[bytes]:
    chance = random.Random(seed)
    whole = sound_wheel()
    for _ in range(count):
        yield damaged(whole, chance)


def sound_wheel() -> bytes:
    """What the damage is done to."""
    points = {"entry_points.txt": b"[console_scripts]\na = good:b\n"}
    return wheel([("good/data.txt", b"abc" * 200), ("good-1.0.data/scripts/run", b"#!python\n")], points)


def damaged(whole: bytes, chance: random.Random) -> bytes:
    data = bytearray(whole)
    kind = chance.randrange(10)
    if kind < 6:
        for _ in range(chance.choice((1, 1, 2, 8))):
            data[chance.randrange(len(data))] = chance.randrange(256)
    elif kind < 8:
        # A header's number, where readers differ most: sizes, offsets, flags, methods.
        at = chance.choice(_headers(whole)) + chance.randrange(4, 30)
        data[at : at + 2] = struct.pack("<H", chance.choice((0, 1, 8, 0x800, 0xFFFF, chance.randrange(65536))))
    else:
        start, length = chance.randrange(len(data)), chance.randrange(1, 60)
        part = data[start : start + length]
        at = chance.randrange(len(data))
        data[at:at] = part
        if kind == 9:
            del data[start : start + length]
    return bytes(data[: len(whole) * 2])


def _headers(whole: bytes) -> List[int]:
    found = []
    for signature in (b"PK\3\4", b"PK\1\2", b"PK\5\6"):
        at = whole.find(signature)
        while at >= 0 and at + 32 < len(whole):
            found.append(at)
            at = whole.find(signature, at + 1)
    return found
