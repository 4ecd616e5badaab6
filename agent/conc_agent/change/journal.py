"""``change/journal``: what a change means to do and what it has done, one record a line: LENGTH CRC32 JSON.

An *intent* is durable before its job changes anything; a *done* may share the fsync of the record that follows it.
A torn tail, left by a power loss, is dropped. A failed fsync is never tried again: the pages may be gone (fsync(2)).
"""

from __future__ import annotations

import errno
import json
import os
import zlib
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional

from conc_agent import clock

Record = Dict[str, Any]
FULL = (errno.ENOSPC, errno.EDQUOT)


class Damaged(Exception):
    """A record that doesn't fit its checksum has whole ones after it: no torn tail, but a fault of the disk. Or one
    fits it, and is none."""


#: What reading a journal, and what it tells, may raise: it is gone, or not as conc wrote it.
UNREADABLE = (OSError, Damaged, LookupError, ValueError, TypeError, AttributeError)


class Journal:
    """Open for appending, by who holds the change's lock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = os.open(str(path), os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        data = _read_all(self._descriptor)
        self.records = parse(data)
        whole = sum(len(encode(record)) for record in self.records)
        if whole < len(data):
            os.ftruncate(self._descriptor, whole)
        self._broken = False

    def write(self, kind: str, durable: bool = True, **fields: Any) -> None:
        """Append ``{"record": kind, "number", "time", …}``; ``durable``: it is on the disk when this returns."""
        if self._broken:
            raise OSError("an fsync of %s failed before: nothing more is written" % self.path)
        record = dict(fields, record=kind, number=len(self.records) + 1, time=clock.now())
        before = os.fstat(self._descriptor).st_size
        try:
            _write_all(self._descriptor, encode(record))
        except OSError as error:
            if error.errno in FULL:
                # It may have taken a part. Nothing was promised yet, and there may be room later.
                os.ftruncate(self._descriptor, before)
            else:
                self._broken = True
            raise
        try:
            if durable:
                os.fsync(self._descriptor)
        except OSError:
            self._broken = True
            raise
        self.records.append(record)

    def close(self) -> None:
        os.close(self._descriptor)


def read(path: Path) -> List[Record]:
    """For who only looks."""
    return parse(path.read_bytes())


def encode(record: Record) -> bytes:
    text = json.dumps(record, separators=(",", ":"), sort_keys=True).encode("ascii")
    return b"%d %08x %s\n" % (len(text), zlib.crc32(text), text)


def parse(data: bytes) -> List[Record]:
    found = [_decode(line) for line in data.splitlines(keepends=True)]
    whole = found.index(None) if None in found else len(found)
    if any(record is not None for record in found[whole:]):
        raise Damaged("record %d of the journal doesn't fit its checksum, and others follow it" % (whole + 1))
    return [record for record in found[:whole] if record is not None]


def _decode(line: bytes) -> Optional[Record]:
    length, _, rest = line.partition(b" ")
    checksum, _, text = rest.partition(b" ")
    if not line.endswith(b"\n") or length != b"%d" % (len(text) - 1) or checksum != b"%08x" % zlib.crc32(text[:-1]):
        return None
    try:
        record: Any = json.loads(text.decode("ascii"))
    except (ValueError, RecursionError) as error:
        raise Damaged("a record of the journal is not JSON: %s" % error) from error
    if not isinstance(record, dict):
        raise Damaged("a record of the journal is no object")
    return record


def _read_all(descriptor: int) -> bytes:
    with open(descriptor, "rb", closefd=False) as file:
        return file.read()


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


class Story(NamedTuple):
    """What a journal's records come to."""

    opened: Record
    #: The last *done* of each job, by index (from 0).
    done: Dict[int, Record]
    #: Who went on with it, or gave it up, in order.
    taken: List[Record]
    #: The job with an intent and no done.
    running: Optional[int]
    #: The last record is a halt: by whom, why.
    held: Optional[Record]
    #: An undo began; `undone` says how it ended, if it did.
    undoing: bool
    undone: Optional[Record]
    closing: Optional[Record]
    #: A guard took it: why.
    guard: Optional[Record]

    @property
    def jobs(self) -> List[str]:
        return self.opened["jobs"]

    @property
    def release(self) -> str:
        return self.opened["change"]["release"]

    @property
    def position(self) -> int:
        """The index of the job that runs, or ran last, or comes first."""
        return self.running if self.running is not None else max(self.done, default=0)


def story_in(folder: Path) -> Story:
    """Of the change in ``folder``, for who only looks. Raises what ``UNREADABLE`` lists."""
    return told(read(folder / "journal"))


def told(records: List[Record]) -> Story:
    """Fold records into what is known. The first is ``open``."""
    done: Dict[int, Record] = {}
    taken: List[Record] = []
    running = held = undone = closing = guard = None
    undoing = False
    for record in records[1:]:
        kind = record["record"]
        held = record if kind == "held" else None
        if kind == "intent":
            running = record["index"]
            done.pop(running, None)
        elif kind == "done":
            done[record["index"]], running = record, None
        elif kind == "again":
            # A trial that a reboot ended is switched to anew: what came from the switch on counts no more.
            done = {index: known for index, known in done.items() if index < record["index"]}
            running = None
        elif kind in ("resumed", "abandoned"):
            taken.append(record)
        elif kind == "undo":
            undoing, undone = True, None
        elif kind == "undone":
            undone = record
        elif kind == "closing":
            closing = record
        elif kind == "guard":
            guard = record
    return Story(records[0], done, taken, running, held, undoing, undone, closing, guard)
