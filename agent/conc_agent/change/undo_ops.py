"""Undoing what the application's own ops did, by what they declare as their undo. In reverse order, each once."""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterable, List

from conc_agent.change.job_context import ControllerGone
from conc_agent.change.jobs import Job
from conc_agent.change.perform import WELL, Performing, guarded
from conc_agent.outcome import Outcome

OWN = ("call", "near")


def undo_ops(performing: Performing, done: Iterable[Job], tell: Callable[[Dict[str, Any]], None]) -> List[str]:
    """Sentences for a person: which ops were undone, which were not and why. ``done`` in the order of the sequence."""
    undone: List[str] = []
    notes: List[str] = []
    for job in reversed([job for job in done if job.op in OWN]):
        if job.request.get("once"):
            notes.append("%s ran once and is not undone" % job.name)
        elif job.request.get("undo"):
            result = _undo_one(performing, job)
            tell({"undo": result.status, "seconds": 0.0, "text": _text(job, result), "evidence": list(result.evidence)})
            if result.status in WELL:
                undone.append(job.name)
            else:
                notes.append("the undo of %s came to %s: %s" % (job.name, result.status, result.text))
    return (["undone: " + ", ".join(undone)] if undone else []) + notes


def _undo_one(performing: Performing, job: Job) -> Outcome:
    request = dict(job.request, undoing=True)
    context = performing.undoing(job)
    act = performing.application.call if job.op == "call" else performing.application.near
    try:
        return guarded(lambda: act(context, request))
    except ControllerGone:
        return Outcome("ERROR", "it ran on the controller, which is gone")


def _text(job: Job, result: Outcome) -> str:
    return "%s: %s" % (job.name, result.text or "undone")
