"""``follow``: what a change tells, as it tells it, until it has ended or halted. ``conc status NODE --follow``.

It reads only, and takes no lock: a change is followed whoever runs it, also one whose controller was lost.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Dict, Iterator, NamedTuple, Optional, Tuple, Union

from conc_agent import history, release
from conc_agent.change import events, journal, lock, look
from conc_agent.channel import Channel

#: Seconds between two looks.
EVERY = 0.2
#: Bytes read at once.
PIECE = 1 << 16


def serve(channel: Channel, request: Dict[str, Any]) -> Dict[str, Any]:
    """``request``: ``{root, from?}``; ``from``: an offset that was told, ``"job"`` for what the job that runs has told
    so far, absent: everything."""
    root = release.root_path(request["root"])
    followed = Followed.there(root)
    if followed is None:
        return _end(root, None)
    with followed.reader as reader:
        reader.begin(request.get("from") or 0)
        while True:
            running = followed.is_running()
            # What was told before the end was seen is there by now.
            for offset, event in reader.read():
                channel.send({"event": event, "offset": offset})
            if not running or channel.wait_gone(EVERY):
                return _end(root, followed)


def _end(root: Path, followed: Optional[Followed]) -> Dict[str, Any]:
    """How it ended: the change where it is open still, and why it was halted; else its entry of the history."""
    there = followed is not None and followed.is_there()
    held = followed.story().held if followed and there else None
    return {
        "change": look.change_record(root) if there or followed is None else None,
        "why": held and held["why"],
        "entry": None if followed is None or there else history.of_change(root, followed.id),
        "current": release.current(root),
    }


class Followed(NamedTuple):
    """One change, told from another that takes its place."""

    root: Path
    #: As its first record has it.
    id: str
    reader: Reader

    @classmethod
    def there(cls, root: Path) -> Optional[Followed]:
        folder = root / lock.NAME
        try:
            return cls(root, journal.story_in(folder).opened["id"], Reader(folder / events.NAME))
        except journal.UNREADABLE:
            return None

    def is_there(self) -> bool:
        try:
            return self.story().opened["id"] == self.id
        except journal.UNREADABLE:
            return False

    def is_running(self) -> bool:
        return lock.is_running(self.root) and self.is_there()

    def story(self) -> journal.Story:
        return journal.story_in(self.root / lock.NAME)


class Reader:
    """Whole lines of ``events.jsonl``, which may come to be there later, and be deleted while it is read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: Optional[int] = None
        self._offset = 0
        self._open()

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_raised: object) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)

    def begin(self, at: Union[int, str]) -> None:
        if at == "job":
            begun = [offset for offset, event in self.read() if event.get("state") == "start"]
            self._offset = begun[-1] if begun else 0
        elif isinstance(at, int):
            self._offset = max(0, at)

    def read(self) -> Iterator[Tuple[int, Dict[str, Any]]]:
        """Each event that is new, with the offset of its line."""
        rest = b""
        while True:
            descriptor = self._open()
            if descriptor is None:
                return
            data = os.pread(descriptor, PIECE, self._offset + len(rest))
            rest += data
            *lines, rest = rest.split(b"\n")
            for line in lines:
                at, self._offset = self._offset, self._offset + len(line) + 1
                event = _parse(line)
                if event is not None:
                    yield at, event
            if not data:
                return

    def _open(self) -> Optional[int]:
        if self._descriptor is None:
            try:
                self._descriptor = os.open(str(self._path), os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                return None
        return self._descriptor


def _parse(line: bytes) -> Optional[Dict[str, Any]]:
    """None: a line that a killed agent left torn."""
    try:
        event = json.loads(line.decode("ascii"))
    except ValueError:
        return None
    return event if isinstance(event, dict) else None
