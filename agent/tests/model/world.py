"""A root with two releases, a sequence of jobs whose effects can be seen, and the records of its journals."""

from __future__ import annotations

import json
import os
import sys
import types
import uuid
from pathlib import Path
from typing import Any, Dict, List, Optional
from unittest import mock

from conc_agent import outcome, release
from conc_agent.calls import abandon, resume, run
from conc_agent.change import reserve

from ..making import FIRST, SECOND, RootCase, gate, health, job, make_release, request, switching
from . import states
from .crash import Agent, Ended, call
from .disk import Tree, plant

SERVE = {states.RUN: run.serve, states.RESUME: resume.serve, states.ABANDON: abandon.serve}

Record = Dict[str, Any]


class World(RootCase):
    """``prove``d is the first release; the second is there. Marks are what jobs have done, outside of the root."""

    def setUp(self) -> None:
        super().setUp()
        self.prove(FIRST)
        make_release(self.root, SECOND)
        self.marks = self.work / "marks"
        self.boot = "boot 1"
        _install_op()
        # The room that a change takes is not what is looked at here: a little of it does.
        for name, little in (("SIZE", 1), ("NAMES", 1)):
            patched = mock.patch.object(reserve, name, little)
            patched.start()
            self.addCleanup(patched.stop)
        self.beginning = call(str(self.root), self.boot, lambda *_: {}, None).moment.killed()

    def begin(self, tree: Optional[Tree] = None, marks: str = "") -> None:
        plant(str(self.root), self.beginning if tree is None else tree)
        self.marks.write_text(marks)

    def jobs(self, fails: str = "") -> List[Dict[str, Any]]:
        """``ship`` may not be repeated by itself. ``fails`` names one that does."""
        to = SECOND if release.current(self.root) == FIRST else FIRST
        first, *unit = switching(self.root, to, health(None))
        before = [self._mark("gate", fails), dict(self._mark("ship", fails), again="never")]
        return [*before, first, self._mark("warm", fails), *unit]

    def _mark(self, name: str, fails: str) -> Dict[str, Any]:
        return job(name, {"marks": str(self.marks), "name": name, "fails": name == fails}, "mark")

    def request(self, jobs: List[Dict[str, Any]], until: Optional[str] = None) -> Record:
        to = next(each["request"]["to"] for each in jobs if each["op"] == "switch")
        return request(self.root, to, jobs, until)

    def taking(self, **more: Any) -> Record:
        return dict({"root": str(self.root), "by": "bob@desk", "until": None}, **more)

    def call(self, command: str, asked: Record, at: int = -1) -> Ended:
        return call(str(self.root), self.boot, SERVE[command], asked, at)

    def agent(self, command: str, asked: Record, at: int) -> Agent:
        return Agent(str(self.root), self.boot, SERVE[command], asked, at)

    def power_returns(self) -> None:
        self.boot = "boot " + uuid.uuid4().hex

    def marked(self) -> List[str]:
        return self.marks.read_text().split()


def records_of(tree: Tree, whole: Optional[bytes] = None) -> List[Record]:
    """What a journal says, read without conc's own reader: of the bytes that are as they were written (``whole``)."""
    data = tree.get("change", {}).get("journal", b"")
    if whole is not None:
        data = os.path.commonprefix([data, whole])
    lines = data[: data.rfind(b"\n") + 1].splitlines()
    return [json.loads(line.split(b" ", 2)[2].decode("ascii")) for line in lines]


def events_of(records: List[Record]) -> List[str]:
    return [record["record"] for record in records]


def history_of(tree: Tree) -> List[Record]:
    return [json.loads(line.decode("ascii")) for line in tree.get("history.jsonl", b"").splitlines()]


def _mark(_context: Any, asked: Record) -> outcome.Outcome:
    descriptor = os.open(asked["marks"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(descriptor, (asked["name"] + "\n").encode())
    os.close(descriptor)
    return outcome.failed("as asked") if asked["fails"] else outcome.ok()


def _install_op() -> None:
    module = types.ModuleType("conc_agent.ops.mark")
    module.__dict__["run"] = _mark
    sys.modules["conc_agent.ops.mark"] = module


__all__ = ["FIRST", "SECOND", "Path", "World", "events_of", "gate", "history_of", "records_of"]
