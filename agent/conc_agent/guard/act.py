"""What a guard does once the change's lock is its own: nobody else can confirm what was switched, so it undoes."""

from __future__ import annotations

from pathlib import Path

from conc_agent.change import jobs
from conc_agent.change.close import finish_closing
from conc_agent.change.lock import Change, adopt
from conc_agent.change.loop import Run
from conc_agent.change.undo import is_confirmed
from conc_agent.channel import Channel


def act(root: Path, descriptor: int) -> None:
    """Nothing, where the change has ended, was held by a person, was not switched yet, or was confirmed."""
    change = adopt(root, descriptor)
    if change is None:
        return
    with change:
        story = change.story
        if story.closing:
            finish_closing(change)
        elif not story.held and _is_switched(change) and not is_confirmed(change):
            job = story.jobs[story.position]
            change.journal.write("guard", why="the agent was gone, in job %d, %s" % (story.position + 1, job))
            Run(change, _nobody()).undo()


def _is_switched(change: Change) -> bool:
    story, unit = change.story, jobs.unit(jobs.parse(change.pinned["jobs"]))
    return story.undoing or unit.switch in story.done or story.running == unit.switch


def _nobody() -> Channel:
    """The channel of a call that nobody made."""
    channel = Channel(1, lambda _kind, _number, _payload: None)
    channel.lose()
    return channel
