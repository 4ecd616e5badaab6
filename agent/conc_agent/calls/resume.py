"""``resume``: goes on with a change that was halted or interrupted, by what it pinned. ``conc continue``."""

from __future__ import annotations

from typing import Any, Dict, Optional

from conc_agent import keep, outcome, release
from conc_agent.change import jobs, pinned
from conc_agent.change.blocked import blocked
from conc_agent.change.jobs import Job
from conc_agent.change.lock import Change
from conc_agent.change.loop import Manner, Run
from conc_agent.change.session import taken
from conc_agent.change.truth import Reply
from conc_agent.channel import CallError, Channel


def serve(channel: Channel, request: Dict[str, Any]) -> Reply:
    """``request``: ``{root, by, because?, expect?, until, step?, done?, again?}``; ``done`` and ``again`` name the next
    job, ``expect`` is of ``pinned.check_same``."""

    def go_on(change: Change) -> Reply:
        pinned.check_same(change, request.get("expect"))
        pinned.check_can_go_on(change)
        run = Run(change, channel)
        jobs.check_named(run.jobs, [name for key in ("until", "done", "again") for name in [request.get(key)] if name])
        said = _said(run, change, request)
        change.journal.write("resumed", by=request["by"], because=request.get("because"))
        if said is not None:
            job, word = said
            if word == "again":
                change.journal.write("again", index=job.position)
            else:
                run.performing.leave_out(job, "done by hand, says %s" % request["by"])
        return run.go(Manner.of(request))

    reply = taken(release.root_path(request["root"]), channel, go_on, blocked)
    keep.afterwards(reply["outcome"])
    return reply


def _said(run: Run, change: Change, request: Dict[str, Any]) -> Optional[tuple[Job, str]]:
    """What a person says of the job that is next; of another one nothing can be said."""
    words = [word for word in ("done", "again") if request.get(word)]
    if not words:
        return None
    story = change.story
    following = next((job for job in run.jobs if job.position not in story.done), None)
    word = words[0]
    if len(words) > 1 or following is None or following.name != request[word]:
        raise CallError(
            "change.not-next",
            "--%s %s: the next job is %s" % (word, request[word], following.name if following else "none"),
            hint="say it of the job that is next",
            state="nothing was changed",
        )
    if word == "done" and story.running is None and following.op in _OWN_EYES:
        raise CallError(
            "change.sees-itself",
            "--done %s: this job looks for itself whether it was done" % following.name,
            hint="go on without --done: where it was done by hand it comes to %s" % outcome.STOPPED,
            state="nothing was changed",
        )
    return following, word


#: What these leave behind is what everything after them stands on.
_OWN_EYES = ("deliver", "install", "verify", "switch", "confirm")
