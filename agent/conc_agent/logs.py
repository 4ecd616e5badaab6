"""What is printed on the node: descriptors 1 and 2 become pipes, whose lines go to the controller as log records."""

from __future__ import annotations

import os
import select
import sys
import threading
import time
from typing import Any, Callable, Dict, List

Emit = Callable[[Dict[str, Any]], None]
#: A longer line is cut into several.
LINE_LIMIT = 8192


class Logs:
    """Takes over descriptors 0 to 2 as soon as it is made; sends once it is started."""

    def __init__(self) -> None:
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        self._pipes = {
            _pipe_in_place_of(1): _Stream("stdout", "info"),
            _pipe_in_place_of(2): _Stream("stderr", "warning"),
        }
        self._taking = threading.Lock()
        self._emit: Emit = lambda _record: None
        for stream in (sys.stdout, sys.stderr):
            # TextIO is the declared type; these are TextIOWrapper, as the interpreter makes them.
            stream.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]

    def start(self, emit: Emit) -> None:
        self._emit = emit
        threading.Thread(target=self._run, name="conc-logs", daemon=True).start()

    def drain(self) -> None:
        """Send all that was written so far, unfinished lines too: before a reply, and at the end."""
        sys.stdout.flush()
        sys.stderr.flush()
        self._take(finish=True)

    def _run(self) -> None:
        while True:
            select.select(list(self._pipes), [], [])
            self._take(finish=False)

    def _take(self, finish: bool) -> None:
        with self._taking:
            for pipe, stream in self._pipes.items():
                while True:
                    try:
                        data = os.read(pipe, 1 << 16)
                    except BlockingIOError:
                        break
                    for line in stream.lines(data):
                        self._emit(stream.record(line))
                if finish:
                    for line in stream.rest():
                        self._emit(stream.record(line))


class _Stream:
    def __init__(self, name: str, level: str) -> None:
        self.name = name
        self.level = level
        self._partial = b""

    def lines(self, data: bytes) -> List[bytes]:
        *whole, self._partial = (self._partial + data).split(b"\n")
        if len(self._partial) >= LINE_LIMIT:
            whole += self.rest()
        return [line[at : at + LINE_LIMIT] for line in whole for at in range(0, len(line) or 1, LINE_LIMIT)]

    def rest(self) -> List[bytes]:
        partial, self._partial = self._partial, b""
        return [partial] if partial else []

    def record(self, line: bytes) -> Dict[str, Any]:
        text = line.decode("utf-8", "backslashreplace")
        return {"time": time.time(), "level": self.level, "name": self.name, "message": text}


def _pipe_in_place_of(descriptor: int) -> int:
    """The reading end, which does not block. The writing end is inherited by children, as a stdout is."""
    reading, writing = os.pipe()
    os.dup2(writing, descriptor)
    os.close(writing)
    os.set_blocking(reading, False)
    return reading
