"""Valid bytes and values with random damage. One seed, one series."""

from __future__ import annotations

import json
import random
from typing import Any, List

_SIGNS = [b"\0", b'"', b"[", b"]", b"{", b"}", b"\n", b"\r", b" ", b"\\", b"-", b"9" * 5000, b"[" * 5000, b"\xff"]
_OTHERS: List[Any] = [None, "", 0, -1, 10**30, 1.5, True, [], {}, [[]], {"x": 1}, "\0", "../x", "x" * 9999]


def damaged(whole: bytes, chance: random.Random) -> bytes:
    """With one to four parts changed, cut out, doubled or put in."""
    data = whole
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(data) + 1)
        out = chance.choice([0, 1, chance.randrange(9), chance.randrange(len(data) + 1)])
        start = chance.randrange(len(whole) + 1)
        put = chance.choice([b"", bytes([chance.randrange(256)]), chance.choice(_SIGNS), whole[start : start + 60]])
        data = data[:at] + put + data[at + out :]
    return data


def altered(value: Any, chance: random.Random) -> Any:
    """With one part, at any depth, missing or something else."""
    copy = json.loads(json.dumps(value))
    places = list(_places(copy))
    if not places or chance.random() < 0.05:
        return chance.choice(_OTHERS)
    holder, key = chance.choice(places)
    if chance.random() < 0.4:
        del holder[key]
    else:
        holder[key] = chance.choice(_OTHERS)
    return copy


def _places(value: Any) -> Any:
    """``(holder, key)`` of every part."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    for key in keys:
        yield value, key
        yield from _places(value[key])
