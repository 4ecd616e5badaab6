"""Byte-compiling, as pip does it, in interpreters of their own while the unpacking goes on."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from typing import Callable, Dict, List

_BATCH_FILES = 200
_BATCH_BYTES = 1 << 19
"""About a second of work: what a worker whose agent was killed may still do, and what fits a pipe."""

_COMPILEALL = ("-I", "-S", "-X", "utf8", "-W", "ignore", "-m", "compileall")
_OPTIONS = ("-q", "-q", "-f", "-l", "--invalidation-mode", "timestamp", "-i", "-")


def compiled_path(path: str) -> str:
    """Where Python looks for the bytecode of a source file (PEP 3147)."""
    return importlib.util.cache_from_source(path, optimization="")


class Compiler:
    """Compiles files in batches by ``python -m compileall``, one worker for each processor.

    Workers are started afresh, never forked (a fork would hold the change's lock). Files that do not compile are left
    without bytecode, as pip leaves them. A worker that crashes costs the one file that crashed it.
    """

    def __init__(self) -> None:
        self._waiting: List[str] = []
        self._bytes = 0
        self._batches: List[List[str]] = []
        self._running: List[subprocess.Popen[bytes]] = []
        self._batch_of: Dict[int, List[str]] = {}
        self._limit = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    def add(self, path: str, size: int) -> None:
        """Have a file compiled; its content and time stamp are final."""
        self._waiting.append(path)
        self._bytes += size
        if len(self._waiting) >= _BATCH_FILES or self._bytes >= _BATCH_BYTES:
            self._close_batch()
            self._start()

    def finish(self, check: Callable[[], None]) -> None:
        """Wait for all of them. ``check`` is called between batches and may raise."""
        self._close_batch()
        self._start()
        while self._running:
            check()
            try:
                self._running[0].wait(0.2)
            except subprocess.TimeoutExpired:
                pass
            self._start()

    def stop(self) -> None:
        """End what runs. For good: nothing can be added after."""
        self._batches = []
        for worker in self._running:
            worker.kill()
            worker.wait()
        self._running = []

    def _close_batch(self) -> None:
        if self._waiting:
            self._batches.append(self._waiting)
            self._waiting = []
            self._bytes = 0

    def _start(self) -> None:
        for worker in [worker for worker in self._running if worker.poll() is not None]:
            self._running.remove(worker)
            self._ended(worker, self._batch_of.pop(worker.pid))
        while self._batches and len(self._running) < self._limit:
            batch = self._batches.pop()
            worker = subprocess.Popen(
                [sys.executable, *_COMPILEALL, *_OPTIONS],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            self._running.append(worker)
            self._batch_of[worker.pid] = batch
            _feed(worker, batch)

    def _ended(self, worker: subprocess.Popen[bytes], batch: List[str]) -> None:
        """What a worker killed by a signal left is tried again, in halves, until the culprit is alone."""
        if worker.returncode >= 0 or len(batch) == 1:
            return
        left = [path for path in batch if not os.path.exists(compiled_path(path))]
        middle = len(left) // 2
        self._batches.extend(half for half in (left[:middle], left[middle:]) if half)


def _feed(worker: subprocess.Popen[bytes], batch: List[str]) -> None:
    if worker.stdin is None:
        raise ValueError("the worker was started without a pipe")
    try:
        worker.stdin.write(b"".join(os.fsencode(path) + b"\n" for path in batch))
        worker.stdin.close()
    except BrokenPipeError:
        pass
