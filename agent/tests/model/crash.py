"""An agent in a process of its own, that is killed just before one of the things that it does to its root, or waits.

The places are counted: the nth is a crash point. Nothing in the product knows of this; the process is a fork, so it
costs milliseconds. fsync is only noted (``disk``), so what it would have saved can be taken away again.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
import threading
import traceback
from typing import Any, Callable, Dict, NamedTuple, Optional

from conc_agent import facts, serving
from conc_agent.change import lock
from conc_agent.channel import CallError

from ..controller import Controller
from .disk import Disk, Moment

_CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.truncate", "fcntl.flock")


class Ended(NamedTuple):
    """What became of a call."""

    #: Where it was killed; None: it came to its end.
    point: Optional[str]
    #: How many it passed.
    points: int
    moment: Moment
    reply: Optional[Dict[str, Any]]
    #: A CallError's code.
    code: Optional[str]


def call(root: str, boot: str, serve: Callable[[Any, Any], Any], request: Any, at: int = -1) -> Ended:
    """Serve a request in a fork that is killed at point ``at``; -1: it isn't."""
    return Agent(root, boot, serve, request, at, wait=False).end()


class Agent:
    """One call in a fork. ``wait``: at its point it isn't killed, but waits until ``go_on``."""

    def __init__(
        self, root: str, boot: str, serve: Callable[[Any, Any], Any], request: Any, at: int, wait: bool = True
    ) -> None:
        self._answer, answer = os.pipe()
        door, self._door = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                # A collection would touch, and so copy, every page of the parent's.
                gc.disable()
                os.close(self._answer)
                os.close(self._door)
                _serve(_Points(root, at, answer, door if wait else None), boot, serve, request)
            except BaseException:
                traceback.print_exc()
            finally:
                os.kill(os.getpid(), signal.SIGKILL)
        self._over = False
        os.close(answer)
        os.close(door)

    def wait_for_point(self) -> bool:
        """Until it is there; False: it came to its end before."""
        return os.read(self._answer, 1) == b"w"

    def go_on(self) -> None:
        os.write(self._door, b"g")

    def end(self) -> Ended:
        with open(self._answer, "rb") as file:
            said = file.read()
        self.kill()
        if not said:
            raise AssertionError("the agent's process died by itself")
        kind, value = pickle.loads(said[1:] if said[:1] in (b"w", b"n") else said)
        if kind == "error":
            raise AssertionError("the agent raised\n" + value)
        return value

    def kill(self) -> None:
        """If it is there still."""
        if not self._over:
            self._over = True
            os.close(self._door)
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


class _Points:
    """Counts what is about to happen below the root, on the agent's own thread."""

    def __init__(self, root: str, at: int, answer: int, door: Optional[int]) -> None:
        self.root = root
        self.disk = Disk(root)
        self._at = at
        self._answer = answer
        self._door = door
        self.passed = 0
        self._thread = threading.get_ident()
        self._quiet = False

    def watch(self) -> None:
        sys.addaudithook(self._audited)
        write, rename_new = os.write, lock.rename_new

        def fsync(descriptor: int) -> None:
            path = self._path(descriptor)
            if self._mine(path):
                self.reach("fsync " + path)
                self._quietly(lambda: self.disk.synced(descriptor))

        def half_write(descriptor: int, data: bytes) -> int:
            path = self._path(descriptor)
            if self._mine(path):
                self.reach("write " + path)
                self.reach("half a write " + path, lambda: write(descriptor, data[: len(data) // 2]))
            return write(descriptor, data)

        def rename(source: Any, target: Any) -> None:
            self.reach("rename %s" % target)
            rename_new(source, target)

        os.fsync, os.write, lock.rename_new = fsync, half_write, rename

    def reach(self, what: str, last: Callable[[], object] = lambda: None) -> None:
        if self.passed == self._at:
            self._quietly(lambda: self._end(what, last) if self._door is None else self._wait(self._door))
        self.passed += 1

    def _end(self, what: str, last: Callable[[], object]) -> None:
        last()
        self.say(("ended", Ended(what, self.passed, self.moment(), None, None)))
        os.kill(os.getpid(), signal.SIGKILL)

    def _wait(self, door: int) -> None:
        os.write(self._answer, b"w")
        os.read(door, 1)

    def moment(self) -> Moment:
        return self._quietly(self.disk.moment)

    def say(self, value: Any) -> None:
        self._quiet = True
        with open(self._answer, "wb") as file:
            file.write(b"n" + pickle.dumps(value))

    def _quietly(self, act: Callable[[], Any]) -> Any:
        before, self._quiet = self._quiet, True
        try:
            return act()
        finally:
            self._quiet = before

    def _audited(self, event: str, arguments: Any) -> None:
        if self._quiet or threading.get_ident() != self._thread:
            return
        if event == "open":
            path, _mode, flags = arguments
            made = isinstance(flags, int) and flags & (os.O_CREAT | os.O_TRUNC)
            if isinstance(path, str) and self._mine(path) and (made or path.endswith("/lock")):
                self.reach("open " + path)
        elif event in _CHANGES:
            path = self._named(event, arguments)
            if self._mine(path):
                self.reach("%s %s" % (event, path))

    def _named(self, event: str, arguments: Any) -> str:
        """The path that an event is about; relative to a folder's descriptor where rmtree works with those."""
        path = arguments[1] if event in ("os.rename", "os.symlink") else arguments[0]
        if isinstance(path, int):
            return self._path(path)
        folder = arguments[-1]
        if event in ("os.remove", "os.rmdir") and isinstance(folder, int) and folder >= 0:
            return os.path.join(self._path(folder), os.fsdecode(path))
        return os.fsdecode(path)

    def _path(self, descriptor: int) -> str:
        try:
            return os.readlink("/proc/self/fd/%d" % descriptor)
        except OSError:
            return ""

    def _mine(self, path: str) -> bool:
        return (path + "/").startswith(self.root + "/") and threading.get_ident() == self._thread


def _serve(points: _Points, boot: str, serve: Callable[[Any, Any], Any], request: Any) -> None:
    # A power loss is a reboot: serving.json asks which boot this is.
    facts.boot = serving.boot = lambda: boot
    controller = Controller()
    points.watch()
    reply = code = None
    try:
        reply = serve(controller.channel, request)
    except CallError as error:
        code = error.code
    except BaseException:
        points.say(("error", traceback.format_exc()))
        return
    points.say(("ended", Ended(None, points.passed, points.moment(), reply, code)))
