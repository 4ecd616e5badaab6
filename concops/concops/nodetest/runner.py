"""Who starts the processes that tests run in: a module goes on in a new one where a test ends or holds up the last."""

from __future__ import annotations

import time
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence

from ..worker.parent import Worker, WorkerError
from . import outcome

Tell = Callable[[Dict[str, Any]], None]
#: Seconds that a module may take to be imported and collected, whatever a test's limit.
LOADING = 120.0


class Suite(NamedTuple):
    """One module, and what it is run with."""

    module: str
    framework: str
    #: For pytest; None: where Python finds the module.
    file: Optional[str]
    #: Folders to import from.
    paths: Sequence[str]
    python: str
    only: Sequence[str]
    ncd: Mapping[str, Any]
    sudo: Optional[str]
    #: Seconds for each test.
    limit: float


class TestProcess(Worker):
    """A worker that runs tests, not ops."""

    __test__ = False
    start = "import sys; sys.path.insert(0, %r); from concops.nodetest.child import main; main()"

    def begin(self, request: Dict[str, Any]) -> None:
        self._send({"suite": request})

    def give_up(self) -> None:
        """End it, with all that its tests started."""
        self.kill()
        self.close()

    def next(self, check: Callable[[], None]) -> Dict[str, Any]:
        return self._receive(check)


class _Overdue(Exception):
    """A test's limit has passed."""


class Runner:
    """``code``: the folder that holds the package concops. ``check`` is called often, and may raise to end it all."""

    def __init__(self, code: str, cwd: str, env: Mapping[str, str], check: Callable[[], None]) -> None:
        self._code = code
        self._cwd = cwd
        self._env = env
        self._check = check

    def run(self, suite: Suite, tell: Tell) -> None:
        """Tell the result of every test of a module, as ``outcome.result`` has them."""
        done: List[str] = []
        while True:
            attempt = _Attempt(suite, done, tell)
            if self._attempt(suite, attempt):
                return
            done = attempt.done
            # Without a list it ended while it was imported, and would again.
            if all(test["id"] in done for test in attempt.listed):
                return

    def _attempt(self, suite: Suite, attempt: _Attempt) -> bool:
        """In one process. False: it ended before its time."""
        process = None
        try:
            process = TestProcess(suite.python, self._code, env=self._env, cwd=self._cwd)
            process.begin(_request(suite, attempt.done))
            while not attempt.finished:
                attempt.heard(process.next(lambda: self._look(attempt)))
            process.close()
        except WorkerError as error:
            if process is not None:
                process.give_up()
            attempt.ended(error)
            return False
        except _Overdue:
            if process is not None:
                process.give_up()
            attempt.overdue()
            return False
        except BaseException:
            if process is not None:
                process.give_up()
            raise
        return True

    def _look(self, attempt: _Attempt) -> None:
        self._check()
        if time.monotonic() > attempt.deadline:
            raise _Overdue()


class _Attempt:
    """What one process told so far."""

    def __init__(self, suite: Suite, done: Sequence[str], tell: Tell) -> None:
        self.done = list(done)
        self.listed: List[Dict[str, str]] = []
        self.finished = False
        self._suite = suite
        self._tell = tell
        self._running: Optional[Dict[str, str]] = None
        self._since = time.monotonic()
        self.deadline = self._since + max(LOADING, suite.limit)

    def heard(self, message: Dict[str, Any]) -> None:
        self._since = time.monotonic()
        self.deadline = self._since + self._suite.limit
        if "tests" in message:
            self.listed = message["tests"]["tests"]
        elif "start" in message:
            self._running = message["start"]
        elif "result" in message:
            self._running = None
            self._add(message["result"])
        elif "finished" in message:
            self.finished = True

    def ended(self, error: WorkerError) -> None:
        """The interpreter is gone: that is an error of the test that ran."""
        self._blame(outcome.ERROR, error.message.replace("that runs ops", "that runs tests"), error.traceback)

    def overdue(self) -> None:
        self._blame(outcome.TIMED_OUT, "its limit of %g s passed" % self._suite.limit, ())

    def _blame(self, status: str, text: str, output: Sequence[str]) -> None:
        seconds = time.monotonic() - self._since
        if self._running is not None:
            self._add(outcome.result(self._running, status, seconds, text, (), output))
            return
        waiting = next((test for test in self.listed if test["id"] not in self.done), None)
        if waiting is not None:
            self._add(outcome.result(waiting, status, seconds, "before it, in a fixture: " + text, (), output))
            return
        module = self._suite.module
        name = {"id": module, "class": module, "name": "teardown" if self.listed else "import"}
        self._add(outcome.result(name, status, seconds, text, (), output))

    def _add(self, found: Dict[str, Any]) -> None:
        self.done.append(found["id"])
        self._tell(found)


def _request(suite: Suite, done: Sequence[str]) -> Dict[str, Any]:
    return {
        "framework": suite.framework,
        "module": suite.module,
        "file": suite.file,
        "paths": list(suite.paths),
        "interpreter": suite.python,
        "only": list(suite.only),
        "done": list(done),
        "ncd": dict(suite.ncd),
        "sudo": suite.sudo,
        "secrets": [suite.sudo] if suite.sudo else [],
    }
