"""All that a worker started, and its end.

What left its session and lost its parent is known by a mark in its environment.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import Dict, Iterator, List, Set, Tuple

#: Seconds between two looks.
PAUSE = 0.05


def end(process: subprocess.Popen[bytes], mark: str, grace: float) -> Set[int]:
    """SIGTERM, ``grace`` seconds, SIGKILL. Returns what is still there: processes of other users."""
    known: Set[int] = set()
    deadline = time.monotonic() + grace
    signalled: Set[int] = set()
    while True:
        known = (known | _members(process.pid, mark)) & set(_alive())
        _reap(process, known | signalled)
        if not known:
            return known
        forced = time.monotonic() >= deadline
        for pid in known if forced else known - signalled:
            _signal(pid, signal.SIGKILL if forced else signal.SIGTERM)
        signalled |= known
        if time.monotonic() >= deadline + grace:
            return known
        time.sleep(PAUSE)


def end_group(leader: int) -> None:
    """SIGKILL for what a worker that is gone left in its process group."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except OSError:
        # There is nothing left.
        pass


def _members(worker: int, mark: str) -> Set[int]:
    parents: Dict[int, List[int]] = {}
    found: Set[int] = set()
    for pid in _alive():
        parent, session = _parent_and_session(pid)
        parents.setdefault(parent, []).append(pid)
        if worker in (pid, session) or mark in _environment(pid):
            found.add(pid)
    queue = list(found)
    while queue:
        for child in parents.get(queue.pop(), []):
            if child not in found:
                found.add(child)
                queue.append(child)
    return found


def _alive() -> Iterator[int]:
    for name in os.listdir("/proc"):
        if name.isdigit() and _stat(int(name))[:1] not in ([], ["Z"], ["X"]):
            yield int(name)


def _parent_and_session(pid: int) -> Tuple[int, int]:
    fields = _stat(pid)
    return (int(fields[1]), int(fields[3])) if fields else (0, 0)


def _stat(pid: int) -> List[str]:
    """proc(5): from the state on. Empty for a process that is gone."""
    return _read(pid, "stat").rpartition(")")[2].split()


def _environment(pid: int) -> List[str]:
    return _read(pid, "environ").split("\0")


def _read(pid: int, name: str) -> str:
    try:
        with open("/proc/%d/%s" % (pid, name), encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except OSError:
        return ""


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except OSError:
        # It ended meanwhile, or is another user's.
        pass


def _reap(process: subprocess.Popen[bytes], pids: Set[int]) -> None:
    """A subreaper is the parent of those that lost theirs."""
    process.poll()
    for pid in pids - {process.pid}:
        try:
            os.waitpid(pid, os.WNOHANG)
        except OSError:
            pass
