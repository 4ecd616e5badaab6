"""What was done, and by which release: lists in the broker's database."""

from __future__ import annotations

import json

import redis

from courier.identity import RELEASE, VERSION
from courier.settings import BROKER

_KEPT = 1000


def write(book: str, what: str) -> None:
    """The newest is the first."""
    client = redis.Redis.from_url(BROKER)
    client.lpush("courier:" + book, json.dumps({"what": what, "version": VERSION, "release": RELEASE}))
    client.ltrim("courier:" + book, 0, _KEPT - 1)


def read(book: str) -> list[dict[str, str]]:
    """``[{what, version, release}]``, the newest first."""
    return [json.loads(line) for line in redis.Redis.from_url(BROKER).lrange("courier:" + book, 0, -1)]
