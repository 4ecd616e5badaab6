"""Frames on their way out: a bounded queue, and one thread that writes it."""

from __future__ import annotations

import os
import threading
from typing import Callable, List

from conc_agent import frames

#: Bytes that may wait; who wants to send more waits too.
BOUND = 1 << 20


class Outgoing:
    """Used from every thread. No other lock is taken under its own, and it may be entered again by the thread that is
    in it: a finalizer puts frames wherever it happens to run."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        """``write`` blocks until all of it is written; OSError: nobody reads any more."""
        self._write = write
        self._changed = threading.Condition()
        self._queue: List[bytes] = []
        self._size = 0
        self._writing = False
        self._lost = False
        threading.Thread(target=self._run, name="conc-outgoing", daemon=True).start()

    def put(self, kind: bytes, channel: int, payload: bytes = b"", urgent: bool = False) -> bool:
        """Queue a frame. ``urgent`` never waits: for answers of the thread that reads, and for a last word.

        False: nobody reads any more, it was dropped.
        """
        frame = frames.encode(kind, channel, payload)
        with self._changed:
            if not urgent:
                self._changed.wait_for(lambda: self._size < BOUND or self._lost)
            if self._lost:
                return False
            self._queue.append(frame)
            self._size += len(frame)
            self._changed.notify_all()
        return True

    def lose(self) -> None:
        """Nobody reads: drop what comes, let nobody wait."""
        with self._changed:
            self._lost = True
            self._changed.notify_all()

    def flush(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._queue and not self._writing, seconds)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._writing = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: bool(self._queue))
                queue, self._queue = self._queue, []
                self._size, self._writing = 0, True
                self._changed.notify_all()
            try:
                self._write(b"".join(queue))
            except OSError:
                self.lose()


def write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
