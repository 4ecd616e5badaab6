"""The way through the jobs of a change, from wherever it stands to its end. It doesn't wait for the controller."""

from __future__ import annotations

import logging
import time
import traceback
from typing import Any, Dict, Optional

from conc_agent import outcome, release, serving
from conc_agent.change import jobs, truth
from conc_agent.change.close import close, hold
from conc_agent.change.job_context import ControllerGone, JobContext
from conc_agent.change.jobs import Job
from conc_agent.change.lock import Change
from conc_agent.change.truth import Reply
from conc_agent.change.undo import Former, is_touched, undo
from conc_agent.change.wishes import Wishes
from conc_agent.channel import CallError, Channel
from conc_agent.context import Cancelled
from conc_agent.outcome import Outcome

WELL = (outcome.OK, outcome.STOPPED)
_log = logging.getLogger("conc")


class Run:
    """One agent's way through a change whose lock it holds."""

    def __init__(self, change: Change, channel: Channel) -> None:
        self.change = change
        self.jobs = jobs.parse(change.pinned["jobs"])
        self.ops = jobs.load(self.jobs)
        self.unit = jobs.unit(self.jobs)
        self.channel = channel
        self.wishes = Wishes(channel)

    def go(self, until: Optional[str]) -> Reply:
        """Run every job without a *done*, up to ``until``; close the change, hold it, or undo."""
        if self.change.story.undoing:
            return self.undo()
        self._renew_trial()
        warnings = []
        for job in self.jobs:
            known = self.change.story.done.get(job.position)
            if known is None:
                why = self._why_halt(job)
                if why:
                    return hold(self.change, why)
                try:
                    result = self.perform(job)
                except ControllerGone:
                    return hold(self.change, "the controller went away, and %s needs it" % job.name)
            else:
                result = Outcome(known["status"], known["text"])
            if result.status not in WELL:
                if job.position <= self.unit.confirm:
                    return self._failed(job, result)
                warnings.append("%s: %s, %s" % (job.name, result.status, result.text))
            if known is None and job.name == until and job is not self.jobs[-1]:
                return hold(self.change, "as asked, until " + job.name)
        return self._ended(warnings)

    def perform(self, job: Job) -> Outcome:
        """Intent, op, done; and what the controller is told of it."""
        number = job.position + 1
        self.channel.send({"job": job.name, "index": number, "state": "start"})
        self.change.journal.write("intent", index=job.position, job=job.name, op=job.op, request=_from_to(job))
        started = time.monotonic()
        result = self._run_op(job)
        seconds = round(time.monotonic() - started, 3)
        done: Dict[str, Any] = {"status": result.status, "seconds": seconds, "text": result.text}
        # Shares the fsync of the next intent, except where the next step is more than an intent.
        self.change.journal.write(
            "done", durable=result.status not in WELL or job.op == "confirm", index=job.position, **done
        )
        done["evidence"] = list(result.evidence)
        done.update({key: value for key, value in (("code", result.code), ("hint", result.hint)) if value})
        self.channel.send(dict(done, job=job.name, index=number, state="done"))
        return result

    def undo(self, closing: str = "undone") -> Reply:
        """Back to the former release. The change is closed if that went well; if not it is held, so that an undo can be
        tried again, unless it is being abandoned and all that is left is an application which is not well."""
        story, former = self.change.story, Former.of(self.change)
        job = story.jobs[story.position]
        result = undo(self.change, self.channel.send)
        if result.status in WELL:
            return close(self.change, closing, job, truth.undone(former.release, story.release))
        state = "the undo came to %s: %s. %s" % (result.status, result.text, truth.on_trial(self.change.root))
        if closing == "abandoned" and not is_touched(self.change):
            return close(self.change, "broken", job, state)
        return hold(self.change, "the undo came to " + result.status, "broken", state)

    def _run_op(self, job: Job) -> Outcome:
        context = JobContext(self.change.root, self.change.story.release, job, self.wishes)
        try:
            context.check_cancelled()
            return self.ops[job.op](context, job.request)
        except Cancelled as cancelled:
            return Outcome(cancelled.status, cancelled.reason)
        except CallError as error:
            return Outcome(outcome.ERROR, error.message, error.evidence, error.code, error.hint)
        except ControllerGone:
            raise
        except Exception as error:
            _log.error("%s", traceback.format_exc())
            return Outcome(outcome.ERROR, "%s: %s" % (type(error).__name__, error))

    def _why_halt(self, job: Job) -> Optional[str]:
        """None: go on. Within the unit nothing halts; after it, an absent controller is no reason either."""
        if self.unit.holds(job.position):
            return None
        self.wishes.look()
        if self.wishes.halt:
            return "a halt was asked for"
        if self.channel.gone and job.position <= self.unit.confirm:
            return "the controller went away"
        return None

    def _failed(self, job: Job, result: Outcome) -> Reply:
        former = Former.of(self.change)
        if job.position >= self.unit.switch and (job.position > self.unit.switch or is_touched(self.change)):
            return self.undo()
        came_to = "blocked" if result.status == outcome.BLOCKED else "failed"
        return close(self.change, came_to, job.name, truth.untouched(former.release), result.hint)

    def _ended(self, warnings: list[str]) -> Reply:
        state = serving.read(self.change.root)
        about = self.change.story.release
        if state is None or not state.confirmed or state.to != about or release.current(self.change.root) != about:
            return hold(self.change, "the sequence ended without a confirmation")
        return close(self.change, "proven", self.jobs[-1].name, ". ".join([truth.proven(about), *warnings]))

    def _renew_trial(self) -> None:
        """After a reboot launchers start the former release: a switch that was not confirmed counts no more."""
        story = self.change.story
        on_trial = self.unit.switch in story.done and self.unit.confirm not in story.done
        if on_trial and serving.chosen(self.change.root) != story.release:
            self.change.journal.write("again", index=self.unit.switch)


def _from_to(job: Job) -> Optional[Dict[str, Any]]:
    return job.request if job.op == "switch" else None
