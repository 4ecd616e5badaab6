"""Frames on their way out of a gateway.

Who sends, writes: what ``send`` returned from has left this interpreter, whatever becomes of it then. What is urgent
waits in a queue that may be entered anywhere, by the thread that reads and by finalizers; a thread of its own writes
it.
"""

from __future__ import annotations

import queue
import threading
from typing import Callable

from conc_agent import frames


class Outlet:
    """Used from every thread. ``write`` blocks, or raises OSError; ``settle`` blocks until what it took is gone."""

    def __init__(self, write: Callable[[bytes], None], settle: Callable[[], None]) -> None:
        self.settle = settle
        self._write = write
        self._writing = threading.Lock()
        self._waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._wake: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._lost = False
        self._ended = False
        threading.Thread(target=self._run, name="conc-outlet", daemon=True).start()

    def put(self, kind: bytes, number: int, payload: bytes = b"") -> None:
        """Write a frame, behind all that waits. OSError: nobody reads any more."""
        frame = frames.encode(kind, number, payload)
        with self._writing:
            self._drain()
            self._put(frame)
        if self._lost:
            raise OSError("cannot send (already closed?)")

    def urgent(self, kind: bytes, number: int, payload: bytes = b"") -> None:
        """Have a frame written. Never waits, takes no lock."""
        self._waiting.put(frames.encode(kind, number, payload))
        self._wake.put(None)

    def flush(self) -> None:
        """Write all that waits."""
        with self._writing:
            self._drain()
        self.settle()

    def end(self) -> None:
        """No thread of its own any more: what is urgent from now on waits for ``flush``."""
        self._ended = True
        self._wake.put(None)

    def _run(self) -> None:
        while not self._ended:
            self._wake.get()
            with self._writing:
                self._drain()

    def _drain(self) -> None:
        # Taken out under the lock only, so that frames keep their order.
        while not self._waiting.empty():
            self._put(self._waiting.get())

    def _put(self, frame: bytes) -> None:
        if self._lost:
            return
        try:
            self._write(frame)
        except OSError:
            self._lost = True
