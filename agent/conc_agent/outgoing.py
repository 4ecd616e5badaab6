"""Frames on their way out: a bounded queue, and one thread that writes it."""

from __future__ import annotations

import os
import threading
from typing import List

from conc_agent import frames

#: Bytes that may wait; who wants to send more waits too.
BOUND = 1 << 20


class Outgoing:
    """Used from every thread."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._changed = threading.Condition()
        self._queue: List[bytes] = []
        self._size = 0
        self._writing = False
        self._lost = False
        threading.Thread(target=self._run, name="conc-outgoing", daemon=True).start()

    def put(self, kind: bytes, channel: int, payload: bytes = b"", urgent: bool = False) -> None:
        """Queue a frame. ``urgent`` never waits: for answers of the thread that reads, and for a last word."""
        frame = frames.encode(kind, channel, payload)
        with self._changed:
            if not urgent:
                self._changed.wait_for(lambda: self._size < BOUND or self._lost)
                if self._lost:
                    return
            self._queue.append(frame)
            self._size += len(frame)
            self._changed.notify_all()

    def lose(self) -> None:
        """Nobody reads: drop what comes, let nobody wait."""
        with self._changed:
            self._lost = True
            self._changed.notify_all()

    def flush(self, seconds: float) -> bool:
        """Wait until all is written; False: it is not, after so many seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._queue and not self._writing, seconds)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._writing = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: bool(self._queue))
                data = memoryview(b"".join(self._queue))
                self._queue, self._size, self._writing = [], 0, True
                self._changed.notify_all()
            try:
                while data:
                    data = data[os.write(self._descriptor, data) :]
            except OSError:
                self.lose()
