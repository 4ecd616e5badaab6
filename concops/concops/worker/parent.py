"""Who starts a worker: the agent on a node, ``concops.testing``, the controller's side."""

from __future__ import annotations

import ctypes
import os
import select
import subprocess
import time
import uuid
from typing import Any, Callable, Dict, List, Mapping, NoReturn, Optional, Sequence

from . import family
from .messages import Message, decode, encode
from .problem import Problem

OnLog = Callable[[Dict[str, Any]], None]
Check = Callable[[], None]

START = "import sys; sys.path.insert(0, %r); from concops.worker.child import main; main()"
#: What a worker finds in its environment, where it is there, besides what it is given.
KEPT = (
    "PATH",
    "HOME",
    "LANG",
    "USER",
    "LOGNAME",
    "SHELL",
    "TMPDIR",
    "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
)
#: Carries a name that no other worker has, to what ops start: so they are known when all has to end.
MARK = "CONC_WORKER"
#: Seconds from SIGTERM to SIGKILL; and from one call of ``check`` to the next.
GRACE = 5.0
INTERVAL = 0.1
PR_SET_CHILD_SUBREAPER = 36


class WorkerError(Problem):
    """The worker can't do what it was asked, or has ended. Codes ``sequence.…`` and ``worker.…``."""


class Worker:
    """A process that runs ops, one after the other. Its environment is scrubbed to ``KEPT`` and ``env``.

    ``python``: an interpreter's path. ``code``: the folder that holds the package concops. ``cwd``: where it works.
    """

    def __init__(
        self, python: str, code: str, env: Optional[Mapping[str, str]] = None, cwd: Optional[str] = None
    ) -> None:
        self._mark = uuid.uuid4().hex
        self._python = python
        self._partial = b""
        self._lines: List[bytes] = []
        self._early: List[Dict[str, Any]] = []
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        try:
            self._process = subprocess.Popen(
                # -B: nothing is written beside the code, which may be a release.
                [python, "-I", "-B", "-c", START % code],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**kept, **(env or {}), MARK: self._mark},
                cwd=cwd,
                start_new_session=True,
                bufsize=0,
            )
        except OSError as error:
            raise WorkerError("worker.start", "%s can't be started: %s" % (python, error.strerror)) from error

    @property
    def pid(self) -> int:
        return self._process.pid

    def open(self, module: str, attribute: str, paths: Sequence[str] = ()) -> Message:
        """Read the list ``attribute`` of ``module``: ``{"python", "digests"}``."""
        return self._ask({"open": {"module": module, "attribute": attribute, "paths": list(paths)}}, "opened")

    def freeze(self) -> Message:
        """The list as data: ``{"jobs", "problems"}``."""
        return self._ask({"freeze": {}}, "frozen")

    def run(
        self,
        position: int,
        name: str,
        ncd: Mapping[str, Any],
        sudo: Optional[str] = None,
        on_log: Optional[OnLog] = None,
        check: Optional[Check] = None,
        secrets: Sequence[str] = (),
    ) -> Message:
        """Run one job's op: ``{"status", "text", "ncd", "removed", "recorded", "evidence"}``.

        ``check`` is called about ten times a second; what it or ``on_log`` raises ends the worker, with all that the
        op started, and is raised here.
        """
        return self._call("run", position, name, ncd, sudo, on_log, check, secrets)

    def undo(
        self,
        position: int,
        name: str,
        ncd: Mapping[str, Any],
        sudo: Optional[str] = None,
        on_log: Optional[OnLog] = None,
        check: Optional[Check] = None,
        secrets: Sequence[str] = (),
    ) -> Message:
        """Run what a job's op declares as its undo; else as ``run``."""
        return self._call("undo", position, name, ncd, sudo, on_log, check, secrets)

    def close(self) -> None:
        """End it. What its ops started in its process group ends too; a daemon in a session of its own stays."""
        self._close_pipe(self._process.stdin)
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.kill()
        self._close_pipe(self._process.stdout)
        self._close_pipe(self._process.stderr)

    def kill(self) -> List[int]:
        """End it and everything that its ops started, by SIGTERM and then SIGKILL, whatever session it is in by now.

        Returns the pids of what can't be ended from here: what runs as another user, root for one.
        """
        return sorted(family.end(self._process, "%s=%s" % (MARK, self._mark), GRACE))

    def _call(
        self,
        kind: str,
        position: int,
        name: str,
        ncd: Mapping[str, Any],
        sudo: Optional[str],
        on_log: Optional[OnLog],
        check: Optional[Check],
        secrets: Sequence[str],
    ) -> Message:
        asked = {"position": position, "name": name, "ncd": dict(ncd), "sudo": sudo, "secrets": list(secrets)}
        try:
            early, self._early = self._early, []
            for record in early:
                if on_log is not None:
                    on_log(record)
            return self._ask({kind: asked}, "done", on_log or _nowhere, check)
        except WorkerError:
            raise
        except BaseException:
            self.kill()
            raise

    def _ask(
        self, request: Message, answer: str, on_log: Optional[OnLog] = None, check: Optional[Check] = None
    ) -> Message:
        self._send(request)
        while True:
            message = self._receive(check)
            if "log" in message:
                # What is said while the list is read is told with the first op.
                (on_log or self._early.append)(message["log"])
            elif "error" in message:
                error = message["error"]
                raise WorkerError(error["code"], error["message"], error["hint"], error["traceback"])
            elif answer in message:
                return message[answer]
            else:
                raise WorkerError("worker.protocol", "the worker said something unexpected: %.200r" % (message,))

    def _send(self, request: Message) -> None:
        pipe = self._process.stdin
        try:
            if pipe is None or pipe.closed:
                raise BrokenPipeError
            data = memoryview(encode(request))
            while data:
                data = data[pipe.write(data) :]
        except BrokenPipeError:
            self._ended()

    def _receive(self, check: Optional[Check]) -> Message:
        checked = 0.0
        while True:
            if check is not None and time.monotonic() - checked >= INTERVAL:
                check()
                checked = time.monotonic()
            if self._lines:
                line = self._lines.pop(0)
                try:
                    return decode(line)
                except ValueError as error:
                    raise WorkerError("worker.protocol", "the worker's pipe carries what is %s" % error) from error
            self._read()

    def _read(self) -> None:
        """Take what came within ``INTERVAL``."""
        pipe = self._process.stdout
        if pipe is None or pipe.closed:
            self._ended()
        poll = select.poll()
        poll.register(pipe, select.POLLIN)
        # A process that an op forked may hold the pipe open when the worker is gone.
        gone = self._process.poll() is not None
        if not poll.poll(0 if gone else INTERVAL * 1000):
            if gone:
                self._ended()
            return
        data = os.read(pipe.fileno(), 1 << 16)
        if not data:
            self._ended()
        *whole, self._partial = (self._partial + data).split(b"\n")
        self._lines += whole

    def _ended(self) -> NoReturn:
        """Say how, with what the interpreter itself said last."""
        try:
            code = self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.kill()
            code = self._process.wait()
        # It could not do that itself.
        family.end_group(self._process.pid)
        told = self._last_words()
        how = "with exit code %d" % code if code >= 0 else "by signal %d" % -code
        raise WorkerError(
            "worker.ended",
            "the process that runs ops in %s ended %s" % (self._python, how),
            "look at its log: an op that calls os._exit, crashes or runs out of memory ends it",
            told,
        )

    def _last_words(self) -> List[str]:
        pipe = self._process.stderr
        if pipe is None or pipe.closed:
            return []
        os.set_blocking(pipe.fileno(), False)
        data = pipe.read(1 << 13) or b""
        return data.decode("utf-8", "backslashreplace").splitlines()

    @staticmethod
    def _close_pipe(pipe: Any) -> None:
        if pipe is not None:
            pipe.close()


def become_subreaper() -> bool:
    """From here on descendants that lose their parent become this process's children: prctl(2). False: refused."""
    return ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0


def _nowhere(_record: Dict[str, Any]) -> None:
    """Nobody listens."""
