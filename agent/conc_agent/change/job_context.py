"""What a running op may use: ``conc_agent.context.Context`` over a channel."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional

from conc_agent import frames, outcome
from conc_agent.change.events import Events
from conc_agent.change.jobs import Job
from conc_agent.change.wishes import Wishes
from conc_agent.channel import CallError, ChannelClosed, Item
from conc_agent.context import Beside, Cancelled, Delivery, Held

#: In the change's folder, once a new connection has confirmed what was switched.
CONFIRMED = "confirmed"
#: Seconds between two progress messages of a job.
EVERY = 0.2
#: Seconds that a job on the controller has to end once it was told to.
ENDING = 15.0
#: Bytes, at most, that the values of an application's secrets have on their way.
SECRETS = 4 << 20
#: Seconds for the undo of an op that has no limit of its own.
UNDO_LIMIT = 300.0


class ControllerGone(Exception):
    """The controller is there no more, and the job needs something of it, or does not want to go on without. The job is
    not done: it stays cut off, and the change halts."""


class JobContext:
    """For a job of a change that runs."""

    def __init__(
        self, root: Path, release: str, job: Job, wishes: Wishes, events: Events, application: Any = None
    ) -> None:
        self.root = root
        self.release = release
        self.application = application
        self.beside = Beside()
        self._job = job
        self._wishes = wishes
        self._channel = wishes.channel
        self._events = events
        self._deadline = None if job.timeout is None else time.monotonic() + job.timeout
        #: When the switch that the job belongs to must be confirmed (monotonic clock).
        self.confirmed_by: Optional[float] = None
        self._told = 0.0

    def progress(self, done: int, total: Optional[int], unit: str, text: str = "") -> None:
        now = time.monotonic()
        if now - self._told < EVERY and done != total:
            return
        self._told = now
        message: Dict[str, Any] = {"done": done, "total": total, "unit": unit}
        if text:
            message["text"] = text
        self._events.tell({"job": self._job.name, "progress": message})

    def check_cancelled(self) -> None:
        self._wishes.look()
        if self._job.drop == "kill" and self._channel.gone:
            raise ControllerGone("%s was ended, as it is declared" % self._job.name)
        if self._wishes.cancel:
            raise Cancelled(outcome.FAILED, "cancelled")
        self._check_time()

    def _check_time(self) -> None:
        if self._deadline is not None and time.monotonic() > self._deadline:
            raise Cancelled(outcome.TIMED_OUT, "its limit of %g s passed" % (self._job.timeout or 0))
        if self.confirmed_by is not None and time.monotonic() > self.confirmed_by:
            raise Cancelled(outcome.TIMED_OUT, "the switch was not confirmed in time (confirm.within)")

    def ask(self, wanted: List[str], held: Mapping[str, Held], like: Mapping[str, str]) -> Iterator[Delivery]:
        there = {sha256: part._asdict() for sha256, part in held.items()}
        more = {**({"held": there} if there else {}), **({"like": dict(like)} if like else {})}
        self._channel.send({"job": self._job.name, "want": wanted, **more})
        for sha256 in wanted:
            header = self._next_header()
            if header.get("wheel") != sha256:
                raise CallError("protocol.delivery", "asked for wheel %s, got %r" % (sha256, header.get("wheel")))
            difference = header.get("difference")
            if difference is not None:
                if sha256 not in like:
                    raise CallError("protocol.delivery", "wheel %s comes as a difference from nothing" % sha256)
                yield Delivery(sha256, header["size"], b"", self._bytes(header["size"]), 0, difference)
                continue
            start = header.get("from", 0)
            if start != 0 and (sha256 not in held or start != held[sha256].size):
                raise CallError("protocol.delivery", "wheel %s comes from byte %r on" % (sha256, start))
            contents = self._list(sha256, header["list"])
            yield Delivery(sha256, header["size"], contents, self._bytes(header["size"] - start), start)

    def _list(self, sha256: str, size: int) -> bytes:
        """Of the files of a wheel; it comes before its bytes."""
        try:
            return frames.inflated(b"".join(self._bytes(size)))
        except frames.FrameError as error:
            raise CallError("protocol.delivery", "the list of wheel %s can't be read: %s" % (sha256, error)) from error

    def log(self, record: Dict[str, Any]) -> None:
        """A log record of an op of the application's own: ``{time, level, host, name, message}``."""
        self._events.tell({"job": self._job.name, "log": record})

    def ask_near(self, request: Dict[str, Any]) -> Dict[str, Any]:
        """Have the controller run an op. One that is cancelled, or whose time is over, is waited for all the same."""
        self._channel.send({"job": self._job.name, "near": request})
        try:
            return self._answer("near")
        except Cancelled:
            self._channel.send({"job": self._job.name, "nearEnd": True})
            try:
                self._answer("near", ENDING)
            except TimeoutError:
                pass
            raise

    def ask_secret(self, what: str) -> Optional[str]:
        """A secret that the controller holds; None: it says that none is needed."""
        self._channel.send({"job": self._job.name, "secret": what})
        return self._answer("secret")

    def ask_values(self, wanted: List[str]) -> Optional[bytes]:
        """Values of the application's secrets, which the controller was given; None: it has none. They come as a blob:
        what a frame of JSON holds may be shown where it can't be understood."""
        self._channel.send({"job": self._job.name, "secret": "env", "names": wanted})
        answer = self._answer("secret")
        if answer is None:
            return None
        if not 0 <= answer["size"] <= SECRETS:
            raise CallError("protocol.answer", "%d bytes of values are too many" % answer["size"])
        return b"".join(self._bytes(answer["size"]))

    def ask_step(self) -> Dict[str, Any]:
        """What a person says to this job: ``{"go": "run" | "skip" | "stop", "reason"?}``."""
        self._channel.send({"job": self._job.name, "step": True})
        return self._answer("step")

    def ask_confirmation(self, fresh: bool) -> Dict[str, Any]:
        """``{"well": bool, "why"?}``: does the controller, which is told this, still reach the node? ``fresh``: by a
        connection of its own, whose agent leaves its word in the change: this one may have ended meanwhile."""
        word = self.root / "change" / CONFIRMED
        self._channel.send({"job": self._job.name, "confirm": {"fresh": fresh}})
        while True:
            if fresh and word.exists():
                return {"well": True}
            self.check_cancelled()
            try:
                answer = self._answer("confirm", EVERY)
            except TimeoutError:
                continue
            except ControllerGone:
                if not fresh:
                    raise
                time.sleep(EVERY)
                continue
            if not (fresh and answer["well"]):
                return answer

    def _answer(self, key: str, limit: Optional[float] = None) -> Any:
        """The controller's answer to a question; with ``limit`` nothing but time ends the waiting."""
        kind, value = self._next(self.check_cancelled if limit is None else _within(limit))
        if kind == "json" and isinstance(value, dict) and key in value:
            return value[key]
        raise CallError("protocol.answer", "an answer to %s was expected, something else came" % key)

    def _next_header(self) -> Dict[str, Any]:
        kind, value = self._next(self.check_cancelled)
        if kind != "json" or not isinstance(value, dict):
            raise CallError("protocol.delivery", "a wheel's header was expected, something else came")
        return value

    def _next(self, check: Callable[[], None]) -> Item:
        """What the controller sends next, past its wishes. ``check`` is asked a few times a second, and may raise."""
        while True:
            check()
            try:
                kind, value = self._channel.receive(EVERY)
            except ChannelClosed as error:
                raise self._gone() from error
            except TimeoutError:
                continue
            if not (kind == "json" and self._wishes.note(value)):
                return kind, value

    def _bytes(self, size: int) -> Iterator[bytes]:
        try:
            for piece in self._channel.blobs(size):
                self.check_cancelled()
                yield piece
        except ChannelClosed as error:
            raise self._gone() from error

    def _gone(self) -> ControllerGone:
        return ControllerGone("%s needs it" % self._job.name)


def _within(limit: float) -> Callable[[], None]:
    """Raises ``TimeoutError`` once so many seconds have passed."""
    deadline = time.monotonic() + limit

    def check() -> None:
        if time.monotonic() > deadline:
            raise TimeoutError()

    return check


class UndoingContext(JobContext):
    """For the undo of an op of the application's own: nobody's wish ends it, only its time."""

    def __init__(self, root: Path, release: str, job: Job, wishes: Wishes, events: Events, application: Any) -> None:
        super().__init__(root, release, job._replace(timeout=job.timeout or UNDO_LIMIT), wishes, events, application)

    def check_cancelled(self) -> None:
        self._check_time()


class UndoContext:
    """For the ops that an undo runs: it goes on whoever is gone, and can't be cancelled."""

    def __init__(self, root: Path, release: str) -> None:
        self.root = root
        self.release = release
        self.beside = Beside()

    def progress(self, done: int, total: Optional[int], unit: str, text: str = "") -> None:
        """An undo tells what came of it, once, when it has ended."""

    def check_cancelled(self) -> None:
        """Nothing ends an undo."""

    def ask(self, wanted: List[str], held: Mapping[str, Held], like: Mapping[str, str]) -> Iterator[Delivery]:
        raise ControllerGone("the undo needs it")
