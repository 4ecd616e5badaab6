"""Performs ops of the application's own, each in a worker: near, on the controller, or far, on the node."""

from __future__ import annotations

import importlib
import sys
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Deque, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from conc_agent import outcome
from conc_agent.application import code
from conc_agent.channel import CallError
from conc_agent.outcome import Outcome

if TYPE_CHECKING:
    from concops.worker.parent import Worker

Log = Callable[[Dict[str, Any]], None]
#: Lines of its log that are shown with an op that did not go well.
TAIL = 12


class Listed(NamedTuple):
    """Where an application's list of jobs stands, and what its modules must be."""

    module: str
    attribute: str
    #: sha256 of the source of each module of the devops package.
    digests: Mapping[str, str]


class Performed(NamedTuple):
    """What an op came to, and what it left in the attributes."""

    outcome: Outcome
    ncd: Dict[str, Any]
    removed: Sequence[str]
    recorded: Optional[Dict[str, Any]]


class Performer:
    """Keeps a worker as long as the interpreter is the same. One that was ended, or ended itself, is started anew."""

    def __init__(
        self, folder: Path, sequence: Listed, env: Callable[[], Mapping[str, str]], cwd: Optional[str] = None
    ) -> None:
        self._cwd = cwd
        self._folder = folder
        self._parent = worker_code(folder)
        self._sequence = sequence
        self._env = env
        self._worker: Optional[Worker] = None
        self._runs: Tuple[str, Tuple[str, ...]] = ("", ())

    def open(self, python: str, paths: Sequence[str], where: str) -> Worker:
        """The worker in this interpreter, with the application's list read. Raises ``CallError`` with the application's
        own error, or where its code is not what the bundle was built from."""
        if self._worker is not None and self._runs == (python, tuple(paths)):
            return self._worker
        self.close()
        worker: Worker = self._parent.Worker(python, str(self._folder), env=dict(self._env()), cwd=self._cwd)
        try:
            opened = worker.open(self._sequence.module, self._sequence.attribute, list(paths))
            wrong = code.differing(dict(self._sequence.digests), opened["digests"])
            if wrong:
                raise code.differs(wrong, where)
        except self._parent.WorkerError as error:
            worker.close()
            raise CallError(error.code, error.message, error.hint, evidence=error.traceback) from error
        except BaseException:
            worker.close()
            raise
        self._worker, self._runs = worker, (python, tuple(paths))
        return worker

    def perform(
        self,
        worker: Worker,
        request: Mapping[str, Any],
        ncd: Dict[str, Any],
        sudo: Optional[str],
        log: Log,
        check: Callable[[], None],
        secrets: Sequence[str] = (),
    ) -> Performed:
        """Run one op, or what it declares as its undo. What ``check`` raises ends the worker and what it started.
        ``secrets``: masked in all that it says and leaves, as the password is."""
        tail: Deque[str] = deque(maxlen=TAIL)

        def heard(record: Dict[str, Any]) -> None:
            tail.append("| %s" % record["message"])
            log(record)

        run = worker.undo if request.get("undoing") else worker.run
        try:
            done = run(request["position"], request["name"], ncd, sudo, heard, check, secrets)
        except self._parent.WorkerError as error:
            self.close()
            result = Outcome(outcome.ERROR, error.message, [*error.traceback, *_last(tail)], error.code, error.hint)
            return Performed(result, {}, (), None)
        except BaseException:
            self.close()
            raise
        evidence = list(done["evidence"])
        if done["status"] not in (outcome.OK, outcome.STOPPED):
            evidence += _last(tail)
        return Performed(
            Outcome(done["status"], done["text"], evidence), done["ncd"], done["removed"], done.get("recorded")
        )

    def close(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None


def worker_code(folder: Path) -> Any:
    """``concops.worker.parent``, of the files that the workers themselves import."""
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
        importlib.invalidate_caches()
    return importlib.import_module("concops.worker.parent")


def _last(tail: Deque[str]) -> List[str]:
    return ["the last lines of its log:", *tail] if tail else []
