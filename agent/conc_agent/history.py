"""``history.jsonl``: every change, one line each, in order. It has a flock, numbers and checksums of its own, because
what runs without a change (exec, shell) writes to it too. Launchers never read it."""

from __future__ import annotations

import fcntl
import json
import os
import zlib
from pathlib import Path
from typing import Any, BinaryIO, Callable, Dict, List, NamedTuple, Optional, Tuple

from conc_agent import clock, durable, release, states

NAME = "history.jsonl"
#: Bytes that are read of its end at first: some hundred entries.
TAIL = 1 << 16


class History(NamedTuple):
    """What could be read."""

    entries: List[Dict[str, Any]]
    #: Whole lines whose checksum doesn't fit.
    damaged: int


def append(root: Path, entry: Dict[str, Any]) -> int:
    """Add an entry durably; returns its number. A torn tail, left by a power loss, is cut off first.

    ``highest`` is the highest number that a release had until then: nobody has to read more than the end for it.
    """
    path = root / NAME
    made = not path.exists()
    descriptor = os.open(str(path), os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    with open(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        known, whole = _newest(file, _any)
        if whole < file.seek(0, os.SEEK_END):
            file.truncate(whole)
        number = max([0] + [each["number"] for each in known.entries]) + 1
        highest = max(_highest(known), release.number(str(entry.get("release"))))
        file.write(_line(dict(entry, number=number, highest=highest, time=clock.now())))
        file.flush()
        os.fsync(file.fileno())
    if made:
        durable.sync_folder(root)
    return number


def read(root: Path) -> History:
    """All of it."""
    return newest(root, lambda _known: False)


def newest(root: Path, enough: Callable[[History], object]) -> History:
    """Its end, from wherever ``enough`` is content with what there is: more and more is read until then."""
    try:
        with open(str(root / NAME), "rb") as file:
            return _newest(file, enough)[0]
    except FileNotFoundError:
        return History([], 0)


def last(root: Path) -> Optional[Dict[str, Any]]:
    """The newest entry."""
    return next(reversed(newest(root, _any).entries), None)


def of_change(root: Path, change: str) -> Optional[Dict[str, Any]]:
    """The entry of a change."""

    def found(known: History) -> Optional[Dict[str, Any]]:
        return next((entry for entry in reversed(known.entries) if entry.get("change") == change), None)

    return found(newest(root, found))


def next_release(root: Path) -> int:
    """A number that no release ever had, by whatever is left of them: a folder, its state, a line here."""
    used = map(release.number, release.listed(root) + states.known(root))
    return max([_highest(newest(root, _any)), *used]) + 1


def _any(known: History) -> bool:
    return bool(known.entries)


def _highest(known: History) -> int:
    return max([0] + [entry.get("highest", 0) for entry in known.entries])


def _newest(file: BinaryIO, enough: Callable[[History], object]) -> Tuple[History, int]:
    """And where its last whole line ends."""
    size = file.seek(0, os.SEEK_END)
    length = TAIL
    while True:
        start = max(0, size - length)
        file.seek(start)
        data = file.read(size - start)
        begin = data.find(b"\n") + 1 if start else 0
        end = data.rfind(b"\n") + 1
        known = _parse(data[begin:end])
        if not start or enough(known):
            return known, start + end
        length *= 4


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
