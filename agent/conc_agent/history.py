"""``history.jsonl``: every change, one line each, in order. It has a flock, numbers and checksums of its own, because
what runs without a change (exec, shell) writes to it too. Launchers never read it."""

from __future__ import annotations

import fcntl
import json
import os
import zlib
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional

from conc_agent import clock, durable

NAME = "history.jsonl"
#: Bytes: more than an entry takes.
TAIL = 1 << 16


class History(NamedTuple):
    """What could be read."""

    entries: List[Dict[str, Any]]
    #: Whole lines whose checksum doesn't fit.
    damaged: int


def append(root: Path, entry: Dict[str, Any]) -> int:
    """Add an entry durably; returns its number. A torn tail, left by a power loss, is cut off first."""
    path = root / NAME
    made = not path.exists()
    descriptor = os.open(str(path), os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    with open(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        data = file.read()
        whole = data.rfind(b"\n") + 1
        if whole < len(data):
            file.truncate(whole)
        number = max([0] + [known["number"] for known in _parse(data[:whole]).entries]) + 1
        file.write(_line(dict(entry, number=number, time=clock.now())))
        file.flush()
        os.fsync(file.fileno())
    if made:
        durable.sync_folder(root)
    return number


def read(root: Path) -> History:
    try:
        data = (root / NAME).read_bytes()
    except FileNotFoundError:
        return History([], 0)
    return _parse(data[: data.rfind(b"\n") + 1])


def last(root: Path) -> Optional[Dict[str, Any]]:
    """The newest entry, without reading all of a long history. None: there is none, or it is longer than ``TAIL``."""
    try:
        with open(str(root / NAME), "rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - TAIL))
            data = file.read()
    except FileNotFoundError:
        return None
    lines = data[: data.rfind(b"\n") + 1].splitlines(keepends=True)
    entries = _parse(b"".join(lines[-1:])).entries
    return entries[0] if entries else None


#: Stands first in every line; the checksum is that of the line without it.
_MARK = b'{"crc32":"%08x",'
_MARK_LENGTH = len(_MARK % 0)


def _line(entry: Dict[str, Any]) -> bytes:
    body = json.dumps(entry, separators=(",", ":")).encode("ascii")
    return _MARK % zlib.crc32(body) + body[1:] + b"\n"


def _parse(data: bytes) -> History:
    entries: List[Dict[str, Any]] = []
    lines = data.splitlines()
    for line in lines:
        body = b"{" + line[_MARK_LENGTH:]
        if line[:_MARK_LENGTH] == _MARK % zlib.crc32(body):
            entries.append(json.loads(body.decode("ascii")))
    return History(entries, len(lines) - len(entries))
