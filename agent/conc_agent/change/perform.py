"""One job of a change: its intent, its op, what it came to; all of it in the journal, and told to the controller."""

from __future__ import annotations

import importlib
import logging
import time
import traceback
from typing import Any, Callable, Dict, Mapping, Optional

from conc_agent import outcome, timing
from conc_agent.change import jobs
from conc_agent.change.events import Events
from conc_agent.change.job_context import ControllerGone, JobContext, UndoingContext
from conc_agent.change.jobs import Job
from conc_agent.change.lock import Change
from conc_agent.change.wishes import Wishes
from conc_agent.channel import CallError, Channel
from conc_agent.context import Cancelled
from conc_agent.install.disk import disk_outcome
from conc_agent.outcome import Outcome

WELL = (outcome.OK, outcome.STOPPED)
_log = logging.getLogger("conc")


class Performing:
    """What a run's jobs have in common."""

    def __init__(self, change: Change, listed: list[Job], channel: Channel) -> None:
        self.wishes = Wishes(channel, change.path)
        self.events = Events(change.path, channel)
        self.application = _application(change)
        #: When the switch has to be confirmed by (monotonic clock); None: nothing is on trial.
        self.deadline: Optional[float] = None
        self._change = change
        self._ops = jobs.load(listed)
        self._unit = jobs.unit(listed)
        self._hold_secret(listed)

    def close(self) -> None:
        if self.application is not None:
            self.application.close()
        self.events.close()

    def context(self, job: Job) -> JobContext:
        about = self._change.story.release
        context = JobContext(self._change.root, about, job, self.wishes, self.events, self.application)
        context.beside = self._change.beside
        context.confirmed_by = self.deadline
        return context

    def undoing(self, job: Job) -> UndoingContext:
        about = self._change.story.release
        return UndoingContext(self._change.root, about, job, self.wishes, self.events, self.application)

    def _hold_secret(self, listed: list[Job]) -> None:
        """Files and units that are root's: an undo has nobody to ask. Without a password it does what sudo lets it."""
        job = next((job for job in listed if job.op in ("etc", "restart") and job.request.get("sudo")), None)
        if job is not None:
            privileged = importlib.import_module("conc_agent.etc.privileged")
            try:
                privileged.fetch()
                privileged.hold(self.context(job).ask_secret("sudo"))
            except (ControllerGone, Cancelled, ImportError):
                privileged.hold(None)

    def job(self, job: Job) -> Outcome:
        """Intent, op, done."""
        self.events.tell({"job": job.name, "index": job.position + 1, "state": "start", "lost": self._if_lost(job)})
        try:
            with timing.span("intent"):
                self._change.journal.write("intent", index=job.position, job=job.name, op=job.op, request=_from_to(job))
        except OSError as error:
            return self._not_begun(job, error)
        started = time.monotonic()
        context = self.context(job)
        try:
            result = guarded(lambda: self._run(context, job))
        except ControllerGone as gone:
            if self.deadline is None:
                raise
            # What is on trial isn't left so: it is undone.
            result = outcome.failed("the controller went away, and %s" % gone)
        result = self._masked(result)
        # Shares the fsync of the next intent, except where the next step is more than an intent.
        durable = result.status not in WELL or job.op == "confirm"
        # What a person accepted stands in the history, as what a person said does.
        accepted = bool(job.request.get("acceptDrift") and result.evidence)
        self._done(job, result, round(time.monotonic() - started, 3), durable, said=accepted)
        return result

    def _masked(self, result: Outcome) -> Outcome:
        """The journal and the history have it too."""
        mask = self.events.mask
        return result._replace(text=mask.text(result.text), evidence=mask.value(list(result.evidence)))

    def leave_out(self, job: Job, why: str) -> Outcome:
        """A person said so: it isn't run, and the journal and the history tell that and why."""
        result = outcome.stopped(why)
        self._done(job, result, 0.0, durable=True, said=True)
        return result

    def _if_lost(self, job: Job) -> str:
        """What comes of the change where the controller is lost while this job runs."""
        if job.position > self._unit.confirm:
            return "go on"
        if job.position >= self._unit.switch:
            return "undo"
        return "kill" if job.drop == "kill" else "halt"

    def _run(self, context: JobContext, job: Job) -> Outcome:
        context.check_cancelled()
        try:
            return self._ops[job.op](context, job.request)
        except OSError as error:
            full = disk_outcome(error, self._change.root, "%s was not done to its end" % job.name)
            if full is None:
                raise
            return full

    def _not_begun(self, job: Job, error: OSError) -> Outcome:
        """No durable intent, no job."""
        full = disk_outcome(error, self._change.root, "%s was not begun" % job.name)
        if full is None:
            raise error
        self._tell(job, full, 0.0)
        return full

    def _done(self, job: Job, result: Outcome, seconds: float, durable: bool, said: bool = False) -> None:
        done: Dict[str, Any] = {"status": result.status, "seconds": seconds, "text": result.text}
        if said:
            done["said"] = True
        try:
            self._change.journal.write("done", durable=durable, index=job.position, **done)
        except OSError as error:
            # It goes to the controller, and is observed again by who goes on: every job looks first.
            if disk_outcome(error, self._change.root, "") is None:
                raise
        self._tell(job, result, seconds)

    def _tell(self, job: Job, result: Outcome, seconds: float) -> None:
        done: Dict[str, Any] = {"status": result.status, "seconds": seconds, "text": result.text}
        done["evidence"] = list(result.evidence)
        done.update({key: value for key, value in (("code", result.code), ("hint", result.hint)) if value})
        self.events.tell(dict(done, job=job.name, index=job.position + 1, state="done"))


def load_own(request: Mapping[str, Any]) -> Optional[Any]:
    """The module that performs an application's own ops, where a change has jobs for it; it was sent ahead then."""
    return None if request.get("application") is None else importlib.import_module("conc_agent.application.far")


def _application(change: Change) -> Any:
    far = load_own(change.pinned)
    return None if far is None else far.Application(change, change.pinned["application"])


def guarded(run: Callable[[], Outcome]) -> Outcome:
    """Whatever an op raises as what it came to; but for a controller that is gone."""
    try:
        return run()
    except Cancelled as cancelled:
        return Outcome(cancelled.status, cancelled.reason)
    except CallError as error:
        return Outcome(outcome.ERROR, error.message, error.evidence, error.code, error.hint)
    except ControllerGone:
        raise
    except Exception as error:
        _log.error("%s", traceback.format_exc())
        return Outcome(outcome.ERROR, "%s: %s" % (type(error).__name__, error))


def _from_to(job: Job) -> Optional[Dict[str, Any]]:
    return job.request if job.op == "switch" else None
