"""The two ways a run ends: the change is closed, with a line in the history, or held open."""

from __future__ import annotations

import shutil
from typing import Any, Dict, Optional

from conc_agent import history, timing
from conc_agent.change import reserve
from conc_agent.change.journal import Story
from conc_agent.change.lock import Change
from conc_agent.change.truth import Reply, on_trial, reply
from conc_agent.env import generations


def close(change: Change, outcome: str, job: Optional[str], state: str, hint: Optional[str] = None) -> Reply:
    """The journal says so first, then the history; then the folder is renamed away and deleted. What was staged goes
    before all of it: the disk may be full."""
    with timing.span("close"):
        change.beside.stop()
        shutil.rmtree(str(change.path / "wheels"), ignore_errors=True)
        reserve.free(change.path)
        _sweep_secrets(change)
        change.journal.write("closing", outcome=outcome, job=job, state=state, hint=hint)
        history.append(change.root, _entry(change.story))
        return _remove(change)


def finish_closing(change: Change) -> Reply:
    """Of a change that was cut off in its closing, however often."""
    entry = _entry(change.story)
    if history.of_change(change.root, entry["change"]) is None:
        history.append(change.root, entry)
    return _remove(change)


def _remove(change: Change) -> Reply:
    story = change.story
    closing = story.closing or {}
    change.remove()
    return reply(change.root, closing["outcome"], story.release, closing["job"], closing["state"], hint=closing["hint"])


def hold(
    change: Change, why: str, outcome: str = "halted", truth: Optional[str] = None, hint: Optional[str] = None
) -> Reply:
    """Leave the change open, with its lock let go: ``resume`` and ``abandon`` take it from here."""
    story = change.story
    job = story.jobs[story.position] if story.done or story.running is not None else None
    change.beside.stop()
    if outcome == "broken":
        reserve.free(change.path)
    change.journal.write("held", why=why)
    change.dismiss_guard()
    change.release_lock()
    if truth is None:
        truth = "halted %s: %s; %s" % ("after " + job if job else "before the first job", why, on_trial(change.root))
    return reply(change.root, outcome, story.release, job, truth, **({"hint": hint} if hint else {}))


def _sweep_secrets(change: Change) -> None:
    """A generation that was set for a release which never came to be. What is in the way of that ends no closing."""
    try:
        generations.sweep(change.root)
    except (OSError, ValueError):
        pass


def _entry(story: Story) -> Dict[str, Any]:
    change = story.opened["change"]
    closing = story.closing or {}
    jobs = [_job(story.jobs[index], done) for index, done in sorted(story.done.items())]
    seconds = sum(job["seconds"] for job in jobs) + ((story.undone or {}).get("seconds") or 0)
    return {
        "change": story.opened["id"],
        "kind": change["kind"],
        **_brought(change, closing["outcome"]),
        "by": change["by"],
        "outcome": closing["outcome"],
        "seconds": round(seconds, 3),
        "jobs": jobs,
        "taken": [_taken(record) for record in story.taken],
        "note": closing["state"],
        **({"guard": story.guard["why"]} if story.guard else {}),
    }


def _brought(change: Dict[str, Any], outcome: str) -> Dict[str, Any]:
    """Where nothing served, setting secrets brings no release."""
    if change["kind"] == "env" and outcome == "done":
        return {"release": None, "bundle": None, "version": None}
    return {key: change[key] for key in ("release", "bundle", "version")}


def _taken(record: Dict[str, Any]) -> Dict[str, Any]:
    return {"what": record["record"], "by": record["by"], "time": record["time"], "because": record["because"]}


def _job(name: str, done: Dict[str, Any]) -> Dict[str, Any]:
    """What was skipped or done by hand says so, and by whom: it is not as the sequence has it."""
    job = {"name": name, "status": done["status"], "seconds": done["seconds"]}
    return dict(job, said=done["text"]) if done.get("said") else job
