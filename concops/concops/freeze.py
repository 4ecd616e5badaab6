"""A list of jobs as data: what a bundle's manifest carries, so that planning imports no application code."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple

from concops.builtin import Builtin
from concops.job import name_of, names_of
from concops.phases import phases
from concops.policy import Texts, policy_of
from concops.sequence import Found, check

Frozen = Dict[str, Any]


def freeze(jobs: Any) -> Tuple[List[Frozen], List[Found]]:
    """Every job as a ``FrozenJob``, and every problem. With a problem there are no jobs.

    ``{"name", "where", "phase", "sudo", "sudoCommands", "again", "timeout", "op"}``; jobs of the application's own
    have ``{"sudoCommands", "plan", "byHand", "drop", "undo", "compatible", "touches"}`` too.
    """
    problems = check(jobs)
    if problems:
        return [], problems
    places = zip(names_of(jobs), phases(jobs))
    return [_frozen(at, job, *place) for at, (job, place) in enumerate(zip(jobs, places))], []


def _frozen(position: int, job: Tuple[str, Any], name: str, phase: str) -> Frozen:
    host, op = job
    policy = policy_of(op)
    frozen: Frozen = {
        "name": name,
        "where": host,
        "phase": phase,
        "sudo": bool(policy.sudo),
        "again": policy.again,
        "timeout": policy.timeout,
    }
    if isinstance(op, Builtin):
        return {**frozen, "op": {"kind": "builtin", "name": name_of(op)}}
    return {
        **frozen,
        "op": {"kind": "application", "position": position, "calls": _calls(op)},
        "sudoCommands": [] if isinstance(policy.sudo, bool) else list(policy.sudo),
        "plan": _texts(policy.plan),
        "byHand": _texts(policy.by_hand),
        "drop": policy.drop,
        "undo": policy.undo is not None,
        "compatible": policy.compatible,
        "touches": list(policy.touches),
    }


def _calls(op: Any) -> str:
    """Where its code stands: ``shop.devops.jobs.migrate``, or the class of a function object."""
    named = op if hasattr(op, "__qualname__") else type(op)
    return "%s.%s" % (named.__module__, named.__qualname__)


def _texts(texts: Optional[Texts]) -> Optional[List[str]]:
    if texts is None:
        return None
    return [texts] if isinstance(texts, str) else list(texts)
