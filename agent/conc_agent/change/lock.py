"""The change directory is the lock: it exists while a change is in progress, and its flock is held while one runs.

Made as ``change.<uuid>`` with the lock held and the first record written, so that nobody ever sees one that is neither.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import time
import uuid
from pathlib import Path
from typing import Any, Dict, Optional

from conc_agent import durable
from conc_agent.change import holder, reserve
from conc_agent.change.journal import Journal, Story, told
from conc_agent.change.rename import Taken, rename_new
from conc_agent.context import Beside
from conc_agent.guard import invoke, start
from conc_agent.guard.program import digest

NAME = "change"
#: Who takes an existing change tries so long: someone who only looks may hold its lock for an instant.
PATIENCE = 1.0


class Busy(Exception):
    """Another agent runs this change."""


class Absent(Exception):
    """No change is in progress."""


class Change:
    """A change whose lock is held by this process. ``pinned`` is the request it was opened with."""

    def __init__(self, root: Path, path: Path, descriptor: int) -> None:
        self.root = root
        self.path = path
        self._descriptor = descriptor
        self._held = True
        self._guard: Optional[subprocess.Popen[bytes]] = None
        self.beside = Beside()
        self.journal = Journal(path / "journal")
        holder.tell(descriptor)

    def __enter__(self) -> Change:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.release_lock()

    @property
    def pinned(self) -> Dict[str, Any]:
        return durable.read_json(self.path / "request.json") or {}

    @property
    def story(self) -> Story:
        return told(self.journal.records)

    def start_guard(self, deadline: float) -> None:
        """``deadline``: of ``tell_guard``. Raises OSError."""
        self.tell_guard(deadline)
        self._guard = start.start(self.root)

    def dismiss_guard(self) -> None:
        """The journal says why nobody has to undo this change."""
        if self._guard is not None:
            start.dismiss(self._guard)
            self._guard = None

    def tell_guard(self, deadline: Optional[float]) -> None:
        """When, by the monotonic clock, this agent is to be regarded as hanging; None: however long it takes."""
        holder.tell(self._descriptor, deadline)

    def release_lock(self) -> None:
        """Leave the change as it is: halted, held or broken."""
        if self._held:
            self._held = False
            self.beside.stop()
            self.journal.close()
            # For a copy of this process too, which may not have closed its own yet.
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
            os.close(self._descriptor)

    def remove(self) -> None:
        """Rename away at one instant, then delete at leisure; the lock is held to the end."""
        away = self.root / (NAME + "." + uuid.uuid4().hex)
        self.dismiss_guard()
        os.rename(str(self.path), str(away))
        durable.sync_folder(self.root)
        shutil.rmtree(str(away), ignore_errors=True)
        self.release_lock()


def open_change(
    root: Path, pinned: Dict[str, Any], first: Dict[str, Any], former: Optional[str] = None, program: bytes = b""
) -> Change:
    """Begin a change. ``first``: the fields of its first record; ``former``: what an undo goes back to; ``program``:
    the agent that undoes it whatever comes later.

    Raises ``Taken`` where one is in progress, and OSError where there is no room for it, or for a way back.
    """
    sweep(root)
    change = _prepare(root)
    try:
        durable.write_json(change.path / "request.json", pinned, 0o600)
        durable.write_file(invoke.program_of(change.path), program)
        change.journal.write("open", agent=digest(program), **first)
        reserve.make(change.path, former)
        durable.sync_folder(change.path)
        rename_new(change.path, root / NAME)
    except BaseException:
        shutil.rmtree(str(change.path), ignore_errors=True)
        change.release_lock()
        raise
    change.path = root / NAME
    durable.sync_folder(root)
    return change


def take_change(root: Path, patience: float = PATIENCE) -> Change:
    """Take the lock of a change that nobody runs. Raises ``Busy`` or ``Absent``."""
    deadline = time.monotonic() + patience
    while True:
        descriptor = _open_lock(root / NAME)
        if descriptor is None:
            raise Absent()
        # It may have been closed, and another opened in its place, before the flock was given: then once more.
        if _try(descriptor, fcntl.LOCK_EX) and _same(descriptor, root / NAME / "lock"):
            return _held(root, root / NAME, descriptor)
        os.close(descriptor)
        if time.monotonic() > deadline:
            raise Busy()
        time.sleep(0.02)


def is_running(root: Path) -> bool:
    """Does an agent hold the lock? For who only looks, on a read-only disk too: a shared lock, let go at once."""
    descriptor = _open_lock(root / NAME, os.O_RDONLY)
    if descriptor is None:
        return False
    try:
        return not _try(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def sweep(root: Path) -> None:
    """Delete what changes that were cut off while they began or closed have left, if nobody holds it any more."""
    for name in os.listdir(str(root)):
        if name.startswith(NAME + "."):
            descriptor = _open_lock(root / name, os.O_RDWR | os.O_CREAT)
            if descriptor is not None:
                if _try(descriptor, fcntl.LOCK_EX):
                    shutil.rmtree(str(root / name), ignore_errors=True)
                os.close(descriptor)


def _prepare(root: Path) -> Change:
    """A folder of its own with its lock held. A sweep may get between making and locking it: then another one."""
    while True:
        path = root / (NAME + "." + uuid.uuid4().hex)
        path.mkdir()
        descriptor = _open_lock(path, os.O_RDWR | os.O_CREAT | os.O_EXCL)
        if descriptor is None:
            continue
        if _try(descriptor, fcntl.LOCK_EX) and _same(descriptor, path / "lock"):
            return Change(root, path, descriptor)
        os.close(descriptor)


def _held(root: Path, path: Path, descriptor: int) -> Change:
    try:
        return Change(root, path, descriptor)
    except BaseException:
        os.close(descriptor)
        raise


def adopt(root: Path, descriptor: int) -> Optional[Change]:
    """The change in ``root`` by a descriptor that has its lock already; None: it is another one by now, or none."""
    path = root / NAME
    return _held(root, path, descriptor) if _same(descriptor, path / "lock") else None


def _open_lock(folder: Path, flags: int = os.O_RDWR) -> Optional[int]:
    try:
        return os.open(str(folder / "lock"), flags | os.O_CLOEXEC, 0o644)
    except (FileNotFoundError, FileExistsError, NotADirectoryError):
        return None


def _try(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _same(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(str(path)))
    except FileNotFoundError:
        return False


__all__ = ["Absent", "Busy", "Change", "Taken", "adopt", "is_running", "open_change", "sweep", "take_change"]
