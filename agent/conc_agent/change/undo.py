"""Going back to the release that served before: what launchers start, ``current``, services, and their health.

It observes reality first and can be run again after being cut off anywhere. It is the agent's own: whoever is gone, it
goes on; and where the agent itself is killed its guard takes over (``conc_agent.guard``).
"""

from __future__ import annotations

import importlib
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Optional

from conc_agent import durable, outcome, release, services, serving, states
from conc_agent.change import jobs, reserve
from conc_agent.change.job_context import UndoContext
from conc_agent.change.lock import Change
from conc_agent.env.mask import Mask
from conc_agent.etc.wrote import BEGUN
from conc_agent.ops import health, restart
from conc_agent.outcome import Outcome
from conc_agent.static import shelf
from conc_agent.static.manifest import Refused

#: Seconds after which an undo is regarded as hanging.
HANGS = 600.0


class Former(NamedTuple):
    """What was so when the change was opened."""

    #: What served, None: nothing. `current` and `serving` differ only after a reboot within a trial.
    release: Optional[str]
    current: Optional[str]
    serving: Optional[str]

    @classmethod
    def seen(cls, root: Path) -> Former:
        current, chosen = release.current(root), serving.chosen(root)
        return cls(chosen or current, current, chosen)

    @classmethod
    def of(cls, change: Change) -> Former:
        former = change.story.opened["former"]
        return cls(former["release"], former["current"], former["serving"])


def is_touched(change: Change) -> bool:
    """Does ``current``, what launchers start, or the machine's configuration, differ from what was so before?"""
    if (change.path / BEGUN).exists():
        return True
    former = Former.of(change)
    now = (serving.chosen(change.root), release.current(change.root))
    return now not in ((former.serving, former.current), (former.release, former.release))


def is_confirmed(change: Change) -> bool:
    """By the journal; or by reality, where the agent was killed between the two."""
    story, state = change.story, serving.read(change.root)
    confirm = jobs.unit(jobs.parse(change.pinned["jobs"])).confirm
    if story.running == confirm:
        return state is not None and state.confirmed and state.to == story.release
    return story.done.get(confirm, {}).get("status") in (outcome.OK, outcome.STOPPED)


def undo(change: Change, tell: Callable[[Dict[str, Any]], None]) -> Outcome:
    """Put everything back, and tell so in one ``undo`` message. FAILED or ERROR: what is true stands in its text."""
    reserve.free(change.path)
    change.tell_guard(time.monotonic() + HANGS)
    change.journal.write("undo")
    started = time.monotonic()
    try:
        result = _with_files(change, lambda: _put_back(change))
    except Exception as error:
        result = Outcome(outcome.ERROR, "%s: %s" % (type(error).__name__, error))
    result = _mark_failed(change, result)
    mask = Mask(change.root)
    result = result._replace(text=mask.text(result.text), evidence=mask.value(list(result.evidence)))
    seconds = round(time.monotonic() - started, 3)
    change.journal.write(
        "undone", status=result.status, seconds=seconds, text=result.text, evidence=list(result.evidence)
    )
    tell({"undo": result.status, "seconds": seconds, "text": result.text, "evidence": list(result.evidence)})
    return result


def _with_files(change: Change, put_back: Callable[[], Outcome]) -> Outcome:
    """The machine's configuration first: services read it when they start. Its code came with the job that began it."""
    if not (change.path / BEGUN).exists():
        return put_back()
    etc = importlib.import_module("conc_agent.etc.undo")
    files = etc.put_back(change.root, jobs.parse(change.pinned["jobs"]))
    return etc.with_files(put_back(), files)


def _mark_failed(change: Change, result: Outcome) -> Outcome:
    """What serves matters more than what is remembered of it: where that can't be written, it is told."""
    try:
        states.write(change.root, change.story.release, states.FAILED, change.story.opened["change"]["by"])
    except OSError as error:
        told = "that %s failed could not be written down: %s" % (change.story.release, error.strerror)
        return result._replace(evidence=[*result.evidence, told])
    return result


def _put_back(change: Change) -> Outcome:
    root, about, former = change.root, change.story.release, Former.of(change)
    seen = release.current(root)
    if seen not in (about, former.current, former.release):
        return outcome.failed("current is %s, neither %s nor %s: someone moved it" % (seen, about, former.release))
    requests = _requests(change)
    if former.release is None:
        return _leave_nothing(root, requests)
    _point_back(change, former.release)
    text = "current: %s → %s" % (seen, former.release) if seen != former.release else "current: %s" % former.release
    text += _static_back(root, former.release)
    return _bring_up(UndoContext(root, former.release), requests, text)


def _point_back(change: Change, to: str) -> None:
    """By what was made when the change began: the disk may be full. Where that was used before, it is made anew."""
    root = change.root
    if release.record(root, to) is None:
        raise RuntimeError("%s is not complete any more" % to)
    settled = serving.chosen(root) == to and (serving.read(root) or serving.trial(None, to)).confirmed
    if not settled and not reserve.point_back(change.path, root, "serving.json"):
        serving.write(root, serving.settled(None, to))
    if release.current(root) != to and not reserve.point_back(change.path, root, "current"):
        release.point_current(root, to)


def _static_back(root: Path, to: str) -> str:
    """What serves matters more than its static files: what is wrong with those is told."""
    try:
        shelf.replace(root, to)
    except (OSError, ValueError, Refused) as error:
        return ", but its static files could not all be put back: %s" % error
    return ""


def _bring_up(context: UndoContext, requests: Dict[str, Dict[str, Any]], text: str) -> Outcome:
    processes = release.processes(context.root, context.release)
    said: List[str] = [text]
    if "restart" in requests:
        restarted = restart.run(context, dict(requests["restart"], processes=processes))
        if restarted.status not in (outcome.OK, outcome.STOPPED):
            return restarted._replace(text="%s, but it was not restarted: %s" % (text, restarted.text))
        said.append("restarted" if restarted.status == outcome.OK else restarted.text)
    if "health" in requests:
        healthy = health.run(context, dict(requests["health"], processes=processes))
        if healthy.status not in (outcome.OK, outcome.STOPPED):
            return healthy._replace(text="%s, but it is not healthy: %s" % (", ".join(said), healthy.text))
        said.append("healthy" if healthy.status == outcome.OK else "its health was not asked")
    return outcome.ok(", ".join(said))


def _leave_nothing(root: Path, requests: Dict[str, Dict[str, Any]]) -> Outcome:
    """There was no release before: stop what was started first, so that nothing starts what is about to vanish."""
    stopped = services.named(requests.get("restart", {}).get("service", "none")).stop(root)
    for name in ("current", "serving.json"):
        durable.remove(root / name)
    durable.sync_folder(root)
    return outcome.ok(", ".join(["current is removed: there was no release before"] + ([stopped] if stopped else [])))


def _requests(change: Change) -> Dict[str, Dict[str, Any]]:
    return {job.op: job.request for job in jobs.parse(change.pinned["jobs"])}
