"""The way through the jobs of a change, from wherever it stands to its end. It doesn't wait for the controller."""

from __future__ import annotations

import time
from typing import Any, List, Mapping, NamedTuple, Optional, Union

from conc_agent import outcome, release, serving, timing
from conc_agent.change import jobs, truth
from conc_agent.change.close import close, hold
from conc_agent.change.job_context import ControllerGone
from conc_agent.change.jobs import Job
from conc_agent.change.lock import Change
from conc_agent.change.perform import WELL, Performing
from conc_agent.change.truth import Reply
from conc_agent.change.undo import Former, is_touched, undo
from conc_agent.change.undo_ops import undo_ops
from conc_agent.channel import Channel
from conc_agent.outcome import Outcome

#: Seconds from the switch to its confirmation, where the request doesn't say.
DEADLINE = 120.0
#: Seconds, at most, that the agent has after that before its guard regards it as hanging.
GRACE = 30.0


class Manner(NamedTuple):
    """How far a person wants to go, and how."""

    #: Halt after this job.
    until: Optional[str] = None
    #: Ask before each job.
    step: bool = False

    @classmethod
    def of(cls, request: Mapping[str, Any]) -> Manner:
        return cls(request.get("until"), bool(request.get("step")))


class Run:
    """One agent's way through a change whose lock it holds."""

    def __init__(self, change: Change, channel: Channel) -> None:
        self.change = change
        self.jobs = jobs.parse(change.pinned["jobs"])
        self.skip: Mapping[str, str] = change.pinned.get("skip") or {}
        self.unit = jobs.unit(self.jobs)
        self.channel = channel
        self.performing = Performing(change, self.jobs, channel)

    def go(self, manner: Manner) -> Reply:
        """Run every job without a *done*; close the change, hold it, or undo."""
        try:
            return self._go(manner)
        finally:
            self.performing.close()

    def undo(self, closing: str = "undone") -> Reply:
        """Back to the former release. The change is closed if that went well; if not it is held, so that an undo can be
        tried again, unless it is being abandoned and all that is left is an application which is not well."""
        try:
            return self._undo(closing)
        finally:
            self.performing.close()

    def undo_own(self) -> List[str]:
        """Undo the application's own ops, where nothing was switched. What a person should know of it."""
        try:
            return self._undo_ops(0, len(self.jobs))
        finally:
            self.performing.close()

    def _go(self, manner: Manner) -> Reply:
        if self.change.story.undoing:
            return self._undo("undone")
        self._renew_trial()
        cut_off = self.change.story.running
        if cut_off is not None and not self.jobs[cut_off].again:
            return self._unknown(self.jobs[cut_off])
        warnings = []
        for job in self.jobs:
            known = self.change.story.done.get(job.position)
            result = self._one(job, manner) if known is None else Outcome(known["status"], known["text"])
            if isinstance(result, str):
                return hold(self.change, result)
            if result.status not in WELL:
                if job.position <= self.unit.confirm:
                    return self._failed(job, result)
                warnings.append("%s: %s, %s" % (job.name, result.status, result.text))
            if known is None and job.name == manner.until and job is not self.jobs[-1]:
                return hold(self.change, "as asked, until " + job.name)
        return self._ended(warnings)

    def _one(self, job: Job, manner: Manner) -> Union[Outcome, str]:
        """Run the next job, or leave it out. Or why the change halts before it."""
        why = self._why_halt(job)
        if why:
            return why
        try:
            return self._asked(job, manner) or "as asked, before " + job.name
        except ControllerGone as gone:
            return "the controller went away, and %s" % gone

    def _asked(self, job: Job, manner: Manner) -> Optional[Outcome]:
        """None: a person says to stop before it."""
        if job.name in self.skip:
            return self.performing.leave_out(job, "skipped: %s" % self.skip[job.name])
        if manner.step and not self.unit.holds(job.position):
            said = self.performing.context(job).ask_step()
            if said["go"] == "stop":
                return None
            if said["go"] == "skip":
                return self.performing.leave_out(job, "skipped: %s" % said["reason"])
        with timing.span(job.name):
            self._see_to_guard(job)
            return self.performing.job(job)

    def _see_to_guard(self, job: Job) -> None:
        """From the switch on somebody waits to undo it all, should this agent go, or not come to its confirmation."""
        performing = self.performing
        if not self.unit.guards(job.position):
            if performing.deadline is not None:
                performing.deadline = None
                self.change.tell_guard(None)
        elif performing.deadline is None:
            confirm = self.jobs[self.unit.confirm].request if self.unit.confirm < len(self.jobs) else {}
            within = confirm.get("within", DEADLINE)
            performing.deadline = time.monotonic() + within
            # As long again, to undo it itself: it is connected, and tells what comes of it.
            with timing.span("guard"):
                self.change.start_guard(performing.deadline + min(within, GRACE))

    def _undo(self, closing: str) -> Reply:
        story, former = self.change.story, Former.of(self.change)
        job = story.jobs[story.position]
        notes = self._undo_ops(self.unit.switch + 1, len(self.jobs))
        with timing.span("undo"):
            result = undo(self.change, self.performing.events.tell)
        if result.status in WELL:
            notes += self._undo_ops(0, self.unit.switch)
            return close(self.change, closing, job, _told(truth.undone(former.release, story.release), notes))
        why = "the undo came to %s: %s" % (result.status, result.text)
        state = _told("%s. %s" % (why, truth.on_trial(self.change.root)), notes)
        if closing == "abandoned" and not is_touched(self.change):
            return close(self.change, "broken", job, state)
        return hold(self.change, why, "broken", state)

    def _undo_ops(self, first: int, end: int) -> List[str]:
        """Of the jobs from ``first`` to before ``end``, what was done or begun."""
        story = self.change.story
        touched = set(story.done) | ({story.running} if story.running is not None else set())
        done = [job for job in self.jobs[first:end] if job.position in touched and not self._left_out(job)]
        return undo_ops(self.performing, done, self.performing.events.tell)

    def _left_out(self, job: Job) -> bool:
        known = self.change.story.done.get(job.position)
        return known is not None and bool(known.get("said"))

    def _unknown(self, job: Job) -> Reply:
        why = "%s was cut off, and may not be run again by itself: nobody can tell whether it was done" % job.name
        hint = "look on the node, then go on with --done %s, or with --again %s" % (job.name, job.name)
        return hold(self.change, why, truth="%s. %s" % (why, truth.on_trial(self.change.root)), hint=hint)

    def _why_halt(self, job: Job) -> Optional[str]:
        """None: go on. Within the unit nothing halts; after it, an absent controller is no reason either."""
        if self.unit.holds(job.position):
            return None
        wishes = self.performing.wishes
        wishes.look()
        if wishes.halt:
            return "a halt was asked for" + (" by " + wishes.by if wishes.by else "")
        if self.channel.gone and job.position <= self.unit.confirm:
            return "the controller went away"
        return None

    def _failed(self, job: Job, result: Outcome) -> Reply:
        former = Former.of(self.change)
        if job.position >= self.unit.switch and (job.position > self.unit.switch or is_touched(self.change)):
            return self._undo("undone")
        came_to = "blocked" if result.status == outcome.BLOCKED else "failed"
        notes = self._undo_ops(0, len(self.jobs))
        return close(self.change, came_to, job.name, _told(truth.untouched(former.release), notes), result.hint)

    def _ended(self, warnings: List[str]) -> Reply:
        about = self.change.story.release
        if self.unit.switch == len(self.jobs):
            state = "every job was done; the sequence switches nothing"
            return close(self.change, "done", self.jobs[-1].name, _told(state, warnings))
        state = serving.read(self.change.root)
        if state is None or not state.confirmed or state.to != about or release.current(self.change.root) != about:
            return hold(self.change, "the sequence ended without a confirmation")
        return close(self.change, "proven", self.jobs[-1].name, _told(truth.proven(about), warnings))

    def _renew_trial(self) -> None:
        """After a reboot launchers start the former release: a switch that was not confirmed counts no more."""
        story = self.change.story
        on_trial = self.unit.switch in story.done and self.unit.confirm not in story.done
        if on_trial and serving.chosen(self.change.root) != story.release:
            self.change.journal.write("again", index=self.unit.switch)


def _told(state: str, notes: List[str]) -> str:
    return ". ".join([state, *notes])
