"""Giving a change up: what it did is undone, unless it was confirmed already."""

from __future__ import annotations

from typing import Any, Dict

from conc_agent.change import pinned, truth
from conc_agent.change.close import close, finish_closing
from conc_agent.change.lock import Change
from conc_agent.change.loop import Run
from conc_agent.change.truth import Reply
from conc_agent.change.undo import Former, is_confirmed, is_touched
from conc_agent.channel import Channel


def finish(change: Change) -> Reply:
    """One that was cut off in its closing: it is given up by being closed, whatever it had come to."""
    return dict(finish_closing(change), outcome="abandoned", hint=None)


def give_up(change: Change, channel: Channel, request: Dict[str, Any]) -> Reply:
    """``request``: ``{root, by, because?, expect?}``."""
    pinned.check_same(change, request.get("expect"))
    run = Run(change, channel)
    change.journal.write("abandoned", by=request["by"], because=request.get("because"))
    story = change.story
    job = story.jobs[story.position] if story.done or story.running is not None else None
    if is_confirmed(change):
        state = "%s was confirmed before: it serves, and stays. What came after it was not done" % story.release
        return close(change, "abandoned", job, state)
    if story.undoing or run.unit.switch in story.done or story.running == run.unit.switch or is_touched(change):
        return run.undo("abandoned")
    notes = run.undo_own()
    return close(change, "abandoned", job, ". ".join([truth.untouched(Former.of(change).release), *notes]))
