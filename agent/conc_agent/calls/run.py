"""``run``: one change from its lock to its end."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any, Dict, Optional

from conc_agent import facts, frames, history, keep, release, timing, trash
from conc_agent.change import jobs, pinned, truth
from conc_agent.change.blocked import blocked
from conc_agent.change.close import finish_closing
from conc_agent.change.journal import Damaged
from conc_agent.change.lock import Absent, Busy, Change, Taken, open_change, take_change
from conc_agent.change.loop import Manner, Run
from conc_agent.change.perform import load_own
from conc_agent.change.session import carried
from conc_agent.change.truth import Reply
from conc_agent.change.undo import Former
from conc_agent.channel import CallError, Channel
from conc_agent.env import generations
from conc_agent.guard import act, main, relay, wait
from conc_agent.guard.program import program
from conc_agent.ops import preflight
from conc_agent.vendors import places

Request = Dict[str, Any]


def serve(channel: Channel, request: Request) -> Reply:
    root = release.root_path(request["root"])
    listed = jobs.parse(request["jobs"])
    with timing.span("code"):
        jobs.load(listed)
        load_own(request)
    jobs.check_named(listed, [*filter(None, [request.get("until")]), *(request.get("skip") or {})])
    try:
        with timing.span("open"):
            root.mkdir(parents=True, exist_ok=True)
            _finish_left_over(root)
            change = open_change(root, request, _first_record(root, request), Former.seen(root).release, _program())
    except Taken:
        return blocked(root)
    except OSError as error:
        return _unfit(root, listed, error)

    def begin(change: Change) -> Reply:
        _check_expected(change, request["expect"])
        trash.discard_incomplete(root)
        places.look_ahead(root)
        return Run(change, channel).go(Manner.of(request))

    reply = carried(change, channel, begin)
    keep.afterwards(reply["outcome"])
    return reply


def _program() -> bytes:
    return program(main, wait, act, relay)


def _first_record(root: Path, request: Request) -> Dict[str, Any]:
    release.folder(root, request["change"]["release"])
    return {
        "id": uuid.uuid4().hex,
        "change": request["change"],
        "jobs": [job["name"] for job in request["jobs"]],
        "former": Former.seen(root)._asdict(),
        "protocol": frames.VERSION,
        "request": pinned.digest(request),
        "boot": facts.boot(),
    }


def _check_expected(change: Change, expect: Request) -> None:
    """The plan was made from a survey: what it rests on must still be so, now that the lock is held."""
    current, number = release.current(change.root), history.next_release(change.root)
    secrets = generations.newest(change.root)
    if (current, number, secrets) == (expect["current"], expect["next"], expect.get("env", secrets)):
        return
    change.remove()
    if (current, number) == (expect["current"], expect["next"]):
        raise CallError(
            "change.moved",
            "the application's secrets were set since it was planned: they are generation %s, and were %s"
            % (secrets, expect["env"]),
            hint="plan it again",
            state="nothing was changed",
        )
    raise CallError(
        "change.moved",
        "the node has changed since it was planned: current was %s and is %s, the next release was r%d and is r%d"
        % (expect["current"], current, expect["next"], number),
        hint="plan it again",
        state="nothing was changed",
    )


def _finish_left_over(root: Path) -> None:
    """A change that was cut off while it closed has nothing left to decide."""
    try:
        change = take_change(root, patience=0)
    except (Absent, Busy, Damaged):
        return
    with change:
        if change.journal.records and change.story.closing:
            finish_closing(change)


def _unfit(root: Path, listed: list[jobs.Job], error: OSError) -> Reply:
    """Not even the lock could be made: a root of someone else's, read-only, full. Preflight knows how to say it."""
    asked: Optional[Request] = next((job.request for job in listed if job.op == "preflight"), None)
    unmet = preflight.unmet(root, asked) if asked else []
    said = "%s can't be written to: %s. Nothing was changed" % (root, error.strerror)
    state = "\n".join([said, *unmet])
    return truth.reply(root, "blocked", None, None, state, code="root.unfit")
