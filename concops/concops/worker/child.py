"""The process that ops run in. It reads the application's list of jobs once, and does what it is asked, one by one."""

from __future__ import annotations

import ctypes
import os
import platform
import resource
from typing import Any, Callable, Dict, Optional

from ..freeze import freeze
from ..job import names_of
from ..policy import policy_of
from . import jobs
from .log import Log
from .messages import Message
from .perform import perform
from .problem import Problem
from .streams import Streams
from .wire import Wire

PR_SET_DUMPABLE = 4


def main() -> None:
    """Serve until the end of input, which ends the process group too. Started as::

    PYTHON -I -c "import sys; sys.path.insert(0, CODE); from concops.worker.child import main; main()"
    """
    if os.getpgrp() != os.getpid():
        os.setsid()
    Child().serve()


class Child:
    """A worker: its pipes, and the list of jobs that was opened."""

    def __init__(self) -> None:
        self._wire = Wire()
        self._log = Log(self._wire.send)
        self._streams = Streams(self._log.line, self._wire.masking)
        self._jobs: Any = None
        self._answers: Dict[str, Callable[[Message], Message]] = {
            "open": self._open,
            "freeze": self._freeze,
            "run": self._run,
            "undo": self._undo,
        }

    def serve(self) -> None:
        self._log.install()
        self._wire.start()
        while True:
            ((kind, content),) = self._wire.next().items()
            answered = {"open": "opened", "freeze": "frozen"}.get(kind, "done")
            try:
                answer = self._answers[kind](content)
            except Problem as problem:
                answered, answer = "error", problem.told()
            self._streams.drain()
            self._wire.send(answered, answer)

    def _open(self, asked: Message) -> Message:
        self._jobs = jobs.load(asked["module"], asked["attribute"], asked["paths"])
        return {"python": platform.python_version(), "digests": jobs.digests(asked["module"])}

    def _freeze(self, _asked: Message) -> Message:
        frozen, problems = freeze(self._jobs)
        return {"jobs": frozen, "problems": problems}

    def _run(self, asked: Message) -> Message:
        return self._perform(asked, self._op(asked))

    def _undo(self, asked: Message) -> Message:
        undo = policy_of(self._op(asked)).undo
        if undo is None:
            raise Problem("sequence.undo", "%s declares no undo" % asked["name"], "go back by hand")
        return self._perform(asked, undo)

    def _perform(self, asked: Message, call: Callable[..., Any]) -> Message:
        sudo: Optional[str] = asked["sudo"]
        secrets = [*asked["secrets"], *([] if sudo is None else [sudo])]
        if secrets:
            _keep_out_of_core_files()
        self._wire.masking.add(secrets)
        self._log.host = str(asked["ncd"].get("host", "localhost"))
        return perform(call, asked["ncd"], sudo)

    def _op(self, asked: Message) -> Any:
        position, name = asked["position"], asked["name"]
        listed = self._jobs if isinstance(self._jobs, (list, tuple)) else []
        there = names_of(listed)[position] if position < len(listed) else "nothing"
        if there != name:
            raise Problem(
                "sequence.moved",
                "job %d of the list is %s, not %s" % (position, there, name),
                "the code is another than the one that the bundle was built from: build it again",
            )
        return listed[position][1]


def _keep_out_of_core_files() -> None:
    """Neither a core file nor another process of this user gets at the memory: prctl(2)."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
