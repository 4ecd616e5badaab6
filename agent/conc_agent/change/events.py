"""``change/events.jsonl``: what a running change tells, kept for who follows it, or comes back to it after a drop.

It is told to the controller as well, as long as one is there. Nothing rests on the file: it is not synced, it has a
bound, and where it can't be written the change goes on without it. Secrets are masked: sudo's password before it gets
here, the application's own here.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any, Dict, Optional

from conc_agent import clock
from conc_agent.channel import Channel
from conc_agent.env.mask import Mask

NAME = "events.jsonl"
#: Bytes, after which only beginnings and ends of jobs are kept.
BOUND = 4 << 20
#: Seconds between two of a job's messages of progress.
EVERY = 3.0


class Events:
    """Opened by who holds the change's lock, when something is told first."""

    def __init__(self, folder: Path, channel: Channel) -> None:
        self._path = folder / NAME
        self._channel = channel
        self.mask = Mask(folder.parent)
        self._descriptor: Optional[int] = None
        self._failed = False
        self._progressed = float("-inf")

    def tell(self, message: Dict[str, Any]) -> None:
        message = self.mask.value(message)
        self._keep(message)
        self._channel.send(message)

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _keep(self, message: Dict[str, Any]) -> None:
        if self._failed or self._is_too_soon(message):
            return
        try:
            descriptor = self._open() if self._descriptor is None else self._descriptor
            if os.fstat(descriptor).st_size < BOUND or "state" in message or "undo" in message:
                _write(descriptor, message)
        except OSError:
            # A full disk has better uses for what room there is.
            self._failed = True

    def _is_too_soon(self, message: Dict[str, Any]) -> bool:
        now = time.monotonic()
        if "state" in message:
            self._progressed = float("-inf")
        elif "progress" in message:
            if now - self._progressed < EVERY:
                return True
            self._progressed = now
        return False

    def _open(self) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        self._descriptor = descriptor = os.open(str(self._path), flags, 0o600)
        size = os.fstat(descriptor).st_size
        # An agent that was killed may have left a torn line.
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            os.write(descriptor, b"\n")
        return descriptor


def _write(descriptor: int, message: Dict[str, Any]) -> None:
    line = json.dumps(dict(message, time=clock.now()), separators=(",", ":")).encode("ascii") + b"\n"
    if os.write(descriptor, line) < len(line):
        raise OSError("a part of a line was written")
