"""A root with two releases, a sequence of jobs whose effects can be seen, and the records of its journals."""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import re
import sys
import tempfile
import types
import uuid
import zlib
from pathlib import Path
from typing import Any, Dict, List, Optional
from unittest import mock

from conc_agent import outcome, release
from conc_agent.calls import resume, run
from conc_agent.change import lock, reserve
from conc_agent.change.abandon import give_up
from conc_agent.change.blocked import blocked
from conc_agent.change.session import taken
from conc_agent.channel import Channel
from conc_agent.guard import act, start

from ..making import FIRST, SECOND, RootCase, health, job, make_release, request, switching
from . import states
from .crash import Agent, Ended, call
from .disk import Moment, Tree, plant

Record = Dict[str, Any]


class World(RootCase):
    """``prove``d is the first release; the second is there. Marks are what jobs have done, outside of the root."""

    def setUp(self) -> None:
        # Where memory can be had as a disk: what is fsynced is followed by the test itself.
        with mock.patch.object(tempfile, "tempdir", "/dev/shm" if os.access("/dev/shm", os.W_OK) else None):
            super().setUp()
        self.prove(FIRST)
        make_release(self.root, SECOND)
        self.marks = self.work / "marks"
        self.boot = "boot 1"
        #: A power loss has torn files since.
        self.torn = False
        _install_op()
        # The room that a change takes, and its patience, are not what is looked at here: a little does.
        little = [(reserve, "SIZE", 1), (reserve, "NAMES", 1), (lock.take_change, "__defaults__", (0.1,))]
        # What a guard does is called by its name here, at whatever moment; none waits by itself.
        alone = [(run, "program", lambda *_: b""), (start, "start", lambda _root: None)]
        for place, name, value in [*little, *alone]:
            patched = mock.patch.object(place, name, value)
            patched.start()
            self.addCleanup(patched.stop)
        self.beginning = call(str(self.root), self.boot, lambda *_: {}, None).moment.killed()

    def begin(self, tree: Optional[Tree] = None, marks: str = "") -> None:
        plant(str(self.root), self.beginning if tree is None else tree)
        self.marks.write_text(marks)

    def jobs(self, fails: str = "", asked: Optional[str] = None) -> List[Dict[str, Any]]:
        """``ship`` may not be repeated by itself. ``fails`` names one that does; ``asked`` is the command of health."""
        to = SECOND if release.current(self.root) == FIRST else FIRST
        first, *unit = switching(self.root, to, health(asked))
        before = [self._mark("gate", fails), dict(self._mark("ship", fails), again="never")]
        return [*before, first, self._mark("warm", fails), *unit]

    def _mark(self, name: str, fails: str) -> Dict[str, Any]:
        return job(name, {"marks": str(self.marks), "name": name, "fails": name == fails}, "mark")

    def request(self, jobs: List[Dict[str, Any]], until: Optional[str] = None) -> Record:
        to = next(each["request"]["to"] for each in jobs if each["op"] == "switch")
        asked: Record = request(self.root, to, jobs, until)
        # Its marks are told from another's by this: a change may be closed and the next begun in one command.
        asked["change"]["version"] = uuid.uuid4().hex
        for each in jobs:
            if each["op"] == "mark":
                each["request"]["of"] = asked["change"]["version"]
        return asked

    def taking(self, **more: Any) -> Record:
        return dict({"root": str(self.root), "by": "bob@desk", "until": None}, **more)

    def call(self, command: str, asked: Record, at: int = -1) -> Ended:
        return call(str(self.root), self.boot, SERVE[command], asked, at)

    def agent(self, command: str, asked: Record, at: int) -> Agent:
        agent = Agent(str(self.root), self.boot, SERVE[command], asked, at)
        self.addCleanup(agent.kill)
        return agent

    def power_returns(self) -> None:
        self.boot = "boot " + uuid.uuid4().hex

    def marked(self, opened: Record) -> List[str]:
        """The jobs of the change of this first record that left their mark."""
        lines = [line.split() for line in self.marks.read_text().splitlines()]
        return [name for of, name in lines if of == opened["change"]["version"]]


def _abandon(channel: Channel, asked: Record) -> Record:
    """As the agent of the change does it, without a process between."""
    return taken(Path(asked["root"]), channel, lambda change: give_up(change, channel, asked), blocked)


def _guard(_channel: Channel, asked: Record) -> Record:
    """As a guard does it that has just got the lock."""
    root = Path(asked["root"])
    descriptor = lock._open_lock(root / lock.NAME)
    if descriptor is not None and lock._try(descriptor, fcntl.LOCK_EX):
        act.act(root, descriptor)
    return {"outcome": "guarded"}


SERVE = {states.RUN: run.serve, states.RESUME: resume.serve, states.ABANDON: _abandon, states.GUARD: _guard}


def records_of(tree: Tree, moment: Optional[Moment] = None) -> List[Record]:
    """What a journal says, read without conc's own reader: of the bytes that are as they were written at ``moment``.
    A tail that an earlier power loss tore stands there until somebody appends: what is no record ends the reading."""
    data: bytes = tree.get("change", {}).get("journal", b"")
    if moment is not None:
        data = data[: max([_same_until(data, whole) for whole in _written(moment)], default=0)]
    records = map(_record, data[: data.rfind(b"\n") + 1].split(b"\n"))
    return list(itertools.takewhile(bool, records))


def _record(line: bytes) -> Record:
    """Nothing, where it is none."""
    fits = re.fullmatch(rb"([0-9]+) ([0-9a-f]{8}) (.+)", line, re.DOTALL)
    if fits is None or int(fits[1]) != len(fits[3]) or int(fits[2], 16) != zlib.crc32(fits[3]):
        return {}
    return dict(json.loads(fits[3].decode("ascii")))


def _same_until(one: bytes, other: bytes) -> int:
    length = min(len(one), len(other))
    return next((at for at in range(length) if one[at] != other[at]), length)


def _written(moment: Moment) -> List[bytes]:
    """The journals that are there; one's folder may have another name by now."""
    folders = [folder for name, folder in moment.killed().items() if name.startswith("change")]
    return [folder["journal"] for folder in folders if "journal" in folder]


def events_of(records: List[Record]) -> List[str]:
    return [record["record"] for record in records]


def _mark(_context: Any, asked: Record) -> outcome.Outcome:
    descriptor = os.open(asked["marks"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(descriptor, ("%s %s\n" % (asked["of"], asked["name"])).encode())
    os.close(descriptor)
    return outcome.failed("as asked") if asked["fails"] else outcome.ok()


def _install_op() -> None:
    module = types.ModuleType("conc_agent.ops.mark")
    module.__dict__["run"] = _mark
    sys.modules["conc_agent.ops.mark"] = module


__all__ = ["FIRST", "SECOND", "Path", "World", "events_of", "records_of"]
