"""What ops and their programs print: descriptors 1 and 2 become pipes, which go to the log line by line."""

from __future__ import annotations

import codecs
import os
import select
import sys
import threading
from typing import Callable, Dict, List

from .messages import Masking

#: ``(name, level, text)`` of a line.
Emit = Callable[[str, str, str], None]
#: Characters. A longer line is cut into several.
LINE_LIMIT = 8192


class Streams:
    """Takes over standard output and error as soon as it is made."""

    def __init__(self, emit: Emit, masking: Masking) -> None:
        self._emit = emit
        self._pipes: Dict[int, _Stream] = {
            _pipe_in_place_of(1): _Stream("stdout", "INFO", masking),
            _pipe_in_place_of(2): _Stream("stderr", "WARNING", masking),
        }
        self._taking = threading.Lock()
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)  # type: ignore[union-attr]
        threading.Thread(target=self._run, name="conc-streams", daemon=True).start()

    def drain(self) -> None:
        """Send all that was written so far, unfinished lines too: before what an op came to."""
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError):  # the op closed it
                pass
        self._take(finish=True)

    def _run(self) -> None:
        poll = select.poll()
        for pipe in self._pipes:
            poll.register(pipe, select.POLLIN)
        while True:
            poll.poll()
            self._take(finish=False)

    def _take(self, finish: bool) -> None:
        with self._taking:
            for pipe, stream in self._pipes.items():
                while True:
                    try:
                        data = os.read(pipe, 1 << 16)
                    except BlockingIOError:
                        break
                    self._tell(stream, stream.lines(data))
                if finish:
                    self._tell(stream, stream.rest())

    def _tell(self, stream: _Stream, lines: List[str]) -> None:
        for line in lines:
            self._emit(stream.name, stream.level, line)


class _Stream:
    def __init__(self, name: str, level: str, masking: Masking) -> None:
        self.name = name
        self.level = level
        self._masking = masking
        self._decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
        self._partial = ""

    def lines(self, data: bytes) -> List[str]:
        *whole, self._partial = (self._partial + self._decoder.decode(data)).split("\n")
        if len(self._partial) > LINE_LIMIT:
            whole += self._cut()
        return [piece for line in whole for piece in _pieces(self._masking.text(line))]

    def rest(self) -> List[str]:
        partial, self._partial = self._partial + self._decoder.decode(b"", True), ""
        return _pieces(self._masking.text(partial)) if partial else []

    def _cut(self) -> List[str]:
        """The start of a line that has no end yet, without the start of a secret that may go on."""
        masked = self._masking.text(self._partial)
        at = len(masked) - self._masking.longest
        if at <= 0:
            return []
        self._partial = masked[at:]
        return [masked[:at]]


def _pieces(line: str) -> List[str]:
    return [line[at : at + LINE_LIMIT] for at in range(0, len(line) or 1, LINE_LIMIT)]


def _pipe_in_place_of(descriptor: int) -> int:
    """The reading end, which does not block. The writing end is inherited by children, as a stdout is."""
    reading, writing = os.pipe()
    os.dup2(writing, descriptor)
    os.close(writing)
    os.set_blocking(reading, False)
    return reading
