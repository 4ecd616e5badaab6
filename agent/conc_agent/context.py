"""What an op may use of the change that it runs in."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Optional, Protocol


class Held(NamedTuple):
    """How a wheel begins that came in part: so many bytes, and their sha256."""

    size: int
    sha256: str


class Delivery(NamedTuple):
    """One wheel on its way in: its bytes from ``start`` on, which is 0, or what is held of it.

    ``difference``: what comes are ``size`` bytes that tell how it differs from a former one; the sha256 of its list of
    files, which does not come.
    """

    sha256: str
    size: int
    #: Its list of files, as the bundle has it; nothing, where it comes as a difference.
    contents: bytes
    blobs: Iterator[bytes]
    start: int = 0
    difference: Optional[str] = None


class Work(Protocol):
    """What goes on beside the jobs."""

    def stop(self) -> None:
        """End it at once, and leave nothing half made. May be called again."""
        ...


class Beside:
    """Work that one job of a change begins and another one ends. It doesn't outlast the holding of the lock."""

    def __init__(self) -> None:
        self.work: Optional[Work] = None

    def take(self) -> Optional[Work]:
        """Whoever takes it sees to its end."""
        work, self.work = self.work, None
        return work

    def stop(self) -> None:
        work = self.take()
        if work is not None:
            work.stop()


class Context(Protocol):
    """Given to every op: ``run(context, request) -> Outcome``."""

    @property
    def root(self) -> Path:
        """The application's root, absolute."""
        ...

    @property
    def release(self) -> str:
        """The id of the release that the change is about: ``r42-c21e88b0``."""
        ...

    @property
    def beside(self) -> Beside:
        """The change's own: the same for all its jobs."""
        ...

    def progress(self, done: int, total: Optional[int], unit: str, text: str = "") -> None:
        """Tell the controller how far the job is. Cheap: sent a few times a second at most."""
        ...

    def ask(self, wanted: List[str], held: Mapping[str, Held], like: Mapping[str, str]) -> Iterator[Delivery]:
        """Ask the controller for wheels by sha256; they come in the order asked.

        Of one that is held in part they begin behind that, where it is right. ``like``: signatures of former wheels;
        one that has much in common with its former one comes as a difference."""
        ...

    def check_cancelled(self) -> None:
        """Raise ``Cancelled`` if a person or the job's time limit ended the job. Long loops call it."""
        ...


class ConfirmingContext(Context, Protocol):
    """For the op ``confirm``."""

    def ask_confirmation(self, fresh: bool) -> Dict[str, Any]:
        """Does the controller still reach the node? ``{"well": bool, "why"?}``"""
        ...


class OwnContext(Context, Protocol):
    """For the ops ``call`` and ``near``, which are the application's own."""

    @property
    def application(self) -> Any:
        """Performs them: ``conc_agent.application.far.Application``."""
        ...


class Cancelled(Exception):
    """The running job was told to end; ``status`` is what it comes to: FAILED, or TIMED OUT."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
