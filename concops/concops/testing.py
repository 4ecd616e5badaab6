"""Runs an application's list of jobs in its own tests, on a node that is thrown away: with unittest or pytest, no conc.

::

    import unittest
    from concops.testing import Node

    class DeployTest(unittest.TestCase):
        def test_deploys(self):
            with Node("shop.devops.jobs", attributes={"app": "shop"}) as node:
                node.run()
                node.assert_ok("collect_static")
                self.assertEqual("4", node.ncd["workers"])

Remote jobs run in one process, local ones in another, as with conc; each has a home folder and a working folder of its
own, both temporary. conc's own ops are not run: each comes to STOPPED. Nothing else is imitated: what an op does to
this machine outside of these folders, it does.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Type, Union

from concops.host import Host
from concops.status import Status
from concops.worker.parent import Worker, WorkerError

__all__ = ["Node", "Ran"]

GOOD = (Status.ok, Status.stopped)
#: The folder that holds this package: workers import it from there.
CODE = str(Path(__file__).resolve().parents[1])


class Ran(NamedTuple):
    """A job that was run, and what it came to."""

    name: str
    where: str
    status: str
    text: str
    evidence: List[str]
    recorded: Optional[Dict[str, Any]]
    logs: List[Dict[str, Any]]
    """``{"time", "level", "host", "name", "message"}``; what was printed is there too, named stdout and stderr."""


class Node:
    """A throw-away node, and the list of jobs that may be run on it, given as a module or its name.

    ``attributes``: what conc.ini would say of the node. ``attribute``: the name of the list in its module.
    ``sudo``: what ops that declare sudo get as their password. ``python``: the interpreter of remote ops. ``timeout``:
    seconds for an op that declares none.
    """

    def __init__(
        self,
        jobs: Union[str, ModuleType],
        attributes: Optional[Mapping[str, Any]] = None,
        *,
        name: str = "testnode",
        attribute: str = "jobs",
        sudo: Optional[str] = None,
        python: str = sys.executable,
        env: Optional[Mapping[str, str]] = None,
        timeout: float = 60,
    ) -> None:
        self._module = jobs if isinstance(jobs, str) else jobs.__name__
        self._attribute = attribute
        self._attributes = dict(attributes or {})
        self._sudo = sudo
        self._pythons = {Host.local: sys.executable, Host.remote: python}
        self._env = dict(env or {})
        self._timeout = timeout
        self._workers: Dict[str, Worker] = {}
        self.name = name
        self.ncd: Dict[str, Any] = {}
        """The attributes, as the jobs that ran left them."""
        self.ran: List[Ran] = []
        """What ran so far, in order."""
        self.jobs: List[Dict[str, Any]] = []
        """The list as data."""

    def __enter__(self) -> Node:
        self._temporary = tempfile.TemporaryDirectory(prefix="concops-node-")
        self.folder = Path(os.path.realpath(self._temporary.name))
        self.root = self.folder / "root"
        for folder in (self.root, self.home(Host.local), self.home(Host.remote)):
            folder.mkdir(parents=True)
        self.ncd = {"app": "app", "gateway": "popen", "root": str(self.root), **self._attributes}
        try:
            frozen = self._worker(Host.remote).freeze()
            self.jobs, problems = frozen["jobs"], frozen["problems"]
            if problems:
                raise AssertionError("\n".join("%(code)s: %(message)s: %(hint)s" % one for one in problems))
        except WorkerError as error:
            self.close()
            words = ["%s: %s: %s" % (error.code, error.message, error.hint), *error.traceback]
            raise AssertionError("\n".join(words)) from error
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the workers, with what their ops started in their groups, and remove every folder."""
        for worker in self._workers.values():
            worker.close()
        self._workers = {}
        self._temporary.cleanup()

    def home(self, host: str = Host.remote) -> Path:
        """The home folder of the ops of one side."""
        return self.folder / ("home-%s" % host)

    def run(self, *names: str) -> List[Ran]:
        """Run all jobs, or those named, in the order of the list; up to one that is neither OK nor STOPPED."""
        unknown = sorted(set(names) - {job["name"] for job in self.jobs})
        if unknown:
            listed = ", ".join(job["name"] for job in self.jobs)
            raise LookupError("no job is called %s. Jobs are: %s" % (", ".join(unknown), listed))
        started = len(self.ran)
        for job in self.jobs:
            if not names or job["name"] in names:
                self.ran.append(self._run(job))
                if self.ran[-1].status not in GOOD:
                    break
        return self.ran[started:]

    def undo(self, name: str) -> Ran:
        """Run what a job declares as its undo."""
        job = next(job for job in self.jobs if job["name"] == name)
        return self._call(job, undo=True)

    def status(self, name: str) -> Optional[str]:
        """Of the last time that the job ran; None if it didn't."""
        return next((ran.status for ran in reversed(self.ran) if ran.name == name), None)

    def logs(self, name: Optional[str] = None) -> List[str]:
        """The messages of a job, or of all."""
        return [record["message"] for ran in self.ran if name in (None, ran.name) for record in ran.logs]

    def assert_ok(self, *names: str) -> None:
        """Raise AssertionError, with evidence, unless these jobs (or all) ran and came to OK or STOPPED."""
        bad = [ran for ran in self.ran if ran.status not in GOOD]
        faults = [_fault(ran) for ran in bad if not names or ran.name in names]
        have_run = {ran.name for ran in self.ran}
        wanted = names or [job["name"] for job in self.jobs]
        faults += ["%s did not run" % name for name in wanted if name not in have_run]
        if faults:
            raise AssertionError("\n".join(faults))

    def assert_status(self, status: str, name: str) -> None:
        """Raise AssertionError, with evidence, unless the job came to this status."""
        if self.status(name) != status:
            told = [_fault(ran) for ran in self.ran if ran.name == name] or ["%s did not run" % name]
            raise AssertionError("not %s: %s" % (status, told[-1]))

    def _run(self, job: Dict[str, Any]) -> Ran:
        if job["op"]["kind"] == "builtin":
            return Ran(job["name"], job["where"], Status.stopped, "conc runs it", [], None, [])
        return self._call(job, undo=False)

    def _call(self, job: Dict[str, Any], undo: bool) -> Ran:
        where, logs = job["where"], []
        host = self.name if where == Host.remote else "localhost"
        ncd = {"venv": str(self.root / "venv"), **self.ncd, "name": self.name, "host": host}
        worker = self._worker(where)
        call: Callable[..., Dict[str, Any]] = worker.undo if undo else worker.run
        limit = _Limit(job["timeout"] or self._timeout)
        try:
            done = call(
                job["op"]["position"], job["name"], ncd, self._sudo if job["sudo"] else None, logs.append, limit.check
            )
        except TimeoutError:
            self._drop(where)
            text = "it was ended after %g s" % limit.seconds
            return Ran(job["name"], where, Status.timedout, text, [], None, logs)
        except WorkerError as error:
            self._drop(where)
            return Ran(job["name"], where, Status.error, error.message, error.traceback, None, logs)
        self._take(done)
        return Ran(job["name"], where, done["status"], done["text"], done["evidence"], done["recorded"], logs)

    def _take(self, done: Dict[str, Any]) -> None:
        for key in done["removed"]:
            self.ncd.pop(key, None)
        self.ncd.update({key: value for key, value in done["ncd"].items() if key not in ("name", "host")})

    def _worker(self, where: str) -> Worker:
        if where not in self._workers:
            home = self.home(where)
            root = {"CONC_ROOT": str(self.root), "CONC_SHARED": str(self.root / "shared")}
            env = {**root, "HOME": str(home), **self._env}
            worker = Worker(self._pythons[where], CODE, env=env, cwd=str(home))
            self._workers[where] = worker
            # Where this process finds the application, so do they.
            worker.open(self._module, self._attribute, [os.path.abspath(path) for path in sys.path])
        return self._workers[where]

    def _drop(self, where: str) -> None:
        self._workers.pop(where).close()


class _Limit:
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def check(self) -> None:
        if time.monotonic() >= self._end:
            raise TimeoutError


def _fault(ran: Ran) -> str:
    said = ["| " + record["message"] for record in ran.logs[-20:]]
    return "\n".join(["%s on %s: %s %s" % (ran.name, ran.where, ran.status, ran.text), *ran.evidence, *said])
