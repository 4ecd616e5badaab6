"""Byte-compiling, as pip does it, in interpreters of their own while other work goes on."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import threading
from collections import deque
from typing import Callable, Deque, List, NamedTuple, Optional, Set

from conc_agent import processors
from conc_agent.install import bytecode
from conc_agent.install.bytecode import Bytecode

_STEP_FILES = 64
_STEP_BYTES = 1 << 18
"""Some tenths of a second of work: what a worker whose agent was killed may still do. Its paths fit a pipe."""
_LAST_FILES = 8
"""Towards the end steps become as small: workers should end together."""

Told = Callable[[Optional[Bytecode]], None]


class _File(NamedTuple):
    path: str
    size: int
    told: Told


def compiled_path(path: str) -> str:
    """Where Python looks for the bytecode of a source file (PEP 3147)."""
    return importlib.util.cache_from_source(path, optimization="")


class Compiler:
    """Compiles files in one worker for each processor, which lives until all are compiled.

    Workers are started afresh, never forked (a fork would hold the change's lock), and end with their pipe. Files that
    do not compile are left without bytecode, as pip leaves them. A worker that crashes costs the one file that crashed
    it.
    """

    def __init__(self) -> None:
        self._waiting: Deque[_File] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._feeders: List[_Feeder] = []
        self._limit = processors.usable()

    @property
    def error(self) -> Optional[Exception]:
        """What ``finish`` will raise."""
        return next((feeder.error for feeder in self._feeders if feeder.error is not None), None)

    def prepare(self) -> None:
        """Have a worker started: there will be something to compile soon."""
        if not self._feeders:
            self._feeders.append(_Feeder(self._next_step))

    def add(self, path: str, size: int, told: Told = lambda _bytecode: None) -> None:
        """Have a file compiled; its content and time stamp are final. ``told`` gets what came of it, on a thread."""
        with self._changed:
            self._waiting.append(_File(path, size, told))
            self._changed.notify()
            behind = len(self._waiting) > _STEP_FILES * len(self._feeders)
        if behind and len(self._feeders) < self._limit:
            self._feeders.append(_Feeder(self._next_step))

    def finish(self, check: Callable[[], None]) -> None:
        """Wait for all of them. ``check`` is called a few times a second and may raise. Nothing can be added after.

        Raises OSError where a worker could not be started, or the disk did not take what one made.
        """
        self._close()
        for feeder in self._feeders:
            while feeder.is_alive():
                check()
                feeder.join(0.2)
        if self.error is not None:
            raise self.error

    def stop(self) -> None:
        """End what runs. For good: nothing can be added after."""
        with self._changed:
            self._waiting.clear()
        self._close()
        for feeder in self._feeders:
            feeder.kill()
            feeder.join()

    def _close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _next_step(self) -> List[_File]:
        """Waits for something to do; nothing: there is no more."""
        step: List[_File] = []
        size = 0
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            most = max(_LAST_FILES, min(_STEP_FILES, len(self._waiting) // (2 * self._limit)))
            while self._waiting and len(step) < most and size < _STEP_BYTES:
                file = self._waiting.popleft()
                step.append(file)
                size += file.size
        return step


class _Feeder:
    """Gives one worker its files, a step at a time, and starts another where it crashed."""

    def __init__(self, next_step: Callable[[], List[_File]]) -> None:
        #: What kept a worker from being started, or its bytecode from being written.
        self.error: Optional[Exception] = None
        self._next_step = next_step
        self._killed = False
        self._starting = threading.Lock()
        self._worker: Optional[subprocess.Popen[bytes]] = None
        self._thread = threading.Thread(target=self._run, name="compile", daemon=True)
        self._thread.start()

    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def join(self, seconds: Optional[float] = None) -> None:
        self._thread.join(seconds)

    def kill(self) -> None:
        with self._starting:
            self._killed = True
            if self._worker is not None:
                self._worker.kill()

    def _run(self) -> None:
        try:
            self._started()
            step = self._next_step()
            while step and not self._killed:
                self._compile(step)
                step = self._next_step()
        except Exception as error:
            self.error = error
        finally:
            self._end()

    def _compile(self, step: List[_File]) -> None:
        """A file at which a worker ended is tried once more: something else may have ended it."""
        tried: Set[str] = set()
        while step and not self._killed:
            step = step[self._through(step) :]
            if step:
                self._end()
                if step[0].path in tried:
                    step[0].told(None)
                    step = step[1:]
                else:
                    tried.add(step[0].path)

    def _through(self, step: List[_File]) -> int:
        """How many of the files the worker is through with: all of them, or those before it ended."""
        worker = self._started()
        if worker is None or worker.stdin is None or worker.stdout is None:
            return 0
        try:
            worker.stdin.write(b"".join(os.fsencode(file.path) + b"\n" for file in step))
            worker.stdin.flush()
        except BrokenPipeError:
            pass
        for number, file in enumerate(step):
            answer = worker.stdout.readline()
            if not answer.endswith(b"\n"):
                return number
            made = bytecode.read_answer(answer[:-1].decode("ascii"))
            if isinstance(made, int):
                raise OSError(made, os.strerror(made), file.path)
            file.told(made)
        return len(step)

    def _started(self) -> Optional[subprocess.Popen[bytes]]:
        with self._starting:
            if self._worker is None and not self._killed:
                self._worker = subprocess.Popen(
                    bytecode.command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
                )
            return self._worker

    def _end(self) -> None:
        with self._starting:
            worker, self._worker = self._worker, None
        if worker is None:
            return
        for pipe in (worker.stdin, worker.stdout):
            try:
                if pipe is not None:
                    pipe.close()
            except BrokenPipeError:
                pass
        worker.wait()
