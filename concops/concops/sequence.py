"""The ordered list of jobs of a deploy: conc's own, how to put one's own into it, and what can be wrong with it."""

from __future__ import annotations

import difflib
from typing import List, Sequence

from concops import builtin
from concops.checks import Found, check
from concops.host import Host
from concops.job import Job, names_of

__all__ = ["Found", "after", "before", "check", "default", "without"]

default: List[Job] = [
    Job(Host.remote, op) for op in builtin.every if op not in (builtin.static, builtin.test_release, builtin.etc)
]
"""The sequence of an application that has none of its own: ``preflight`` to ``prune``."""


def before(jobs: Sequence[Job], name: str, *new: Job) -> List[Job]:
    """A new list, with jobs put in before the one of that name. Raises ``LookupError`` for a name that is not there."""
    at = _index(jobs, name)
    return [*jobs[:at], *new, *jobs[at:]]


def after(jobs: Sequence[Job], name: str, *new: Job) -> List[Job]:
    """A new list, with jobs put in after the one of that name. Raises ``LookupError`` for a name that is not there."""
    at = _index(jobs, name) + 1
    return [*jobs[:at], *new, *jobs[at:]]


def without(jobs: Sequence[Job], *names: str) -> List[Job]:
    """A new list, without the jobs of those names. Raises ``LookupError`` for a name that is not there."""
    left_out = {_index(jobs, name) for name in names}
    return [job for at, job in enumerate(jobs) if at not in left_out]


def _index(jobs: Sequence[Job], name: str) -> int:
    names = names_of(jobs)
    if name in names:
        return names.index(name)
    near = difflib.get_close_matches(name, names, n=1)
    meant = " Did you mean %s?" % near[0] if near else ""
    raise LookupError("no job is called %s.%s Jobs are: %s" % (name, meant, ", ".join(names) or "none"))
