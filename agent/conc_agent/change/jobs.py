"""The jobs of a change as its pinned request names them, and the code of their ops."""

from __future__ import annotations

import importlib
import re
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence

from conc_agent import services
from conc_agent.channel import CallError
from conc_agent.context import Context
from conc_agent.outcome import Outcome

Op = Callable[[Context, Dict[str, Any]], Outcome]
_OP_NAME = re.compile(r"[a-z][a-z_]*\Z")


class Job(NamedTuple):
    """One step."""

    #: From 0; people and messages count from 1.
    position: int
    name: str
    op: str
    request: Dict[str, Any]
    #: Seconds, None: no limit.
    timeout: Optional[float]
    #: May it be run again after it was cut off?
    again: bool
    #: What becomes of it where the controller is lost while it runs: ``finish``, or ``kill``.
    drop: str = "finish"


def parse(listed: List[Dict[str, Any]]) -> List[Job]:
    return [
        Job(
            index,
            job["name"],
            job["op"],
            job["request"],
            job.get("timeout"),
            job.get("again", "safe") == "safe",
            job.get("drop", "finish"),
        )
        for index, job in enumerate(listed)
    ]


def load(jobs: List[Job]) -> Dict[str, Op]:
    """Import every op of a change before its first job: the controller, which modules come from, may go away later."""
    found: Dict[str, Op] = {}
    for job in jobs:
        try:
            if not _OP_NAME.match(job.op):
                raise ImportError("not an op's name: %r" % job.op)
            found[job.op] = importlib.import_module("conc_agent.ops." + job.op).run
            if "service" in job.request:
                services.named(job.request["service"])
        except ImportError as error:
            raise CallError(
                "change.unknown-op", "job %s wants an op that this agent lacks: %s" % (job.name, error)
            ) from error
    return found


def check_named(jobs: List[Job], named: Sequence[str]) -> None:
    names = [job.name for job in jobs]
    for name in named:
        if name not in names:
            raise CallError("change.no-such-job", "no job is named %s: the jobs are %s" % (name, ", ".join(names)))


class Unit(NamedTuple):
    """From the switch to the confirmation a change is one: confirmed, or undone. Positions; past the end: none."""

    switch: int
    confirm: int

    def holds(self, index: int) -> bool:
        """Does a halt have to wait before this job? Before the switch itself it has not."""
        return self.switch < index <= self.confirm

    def guards(self, index: int) -> bool:
        """Is a guard beside this job?"""
        return self.switch <= index <= self.confirm


def unit(jobs: List[Job]) -> Unit:
    where = {job.op: job.position for job in jobs}
    return Unit(where.get("switch", len(jobs)), where.get("confirm", len(jobs)))
