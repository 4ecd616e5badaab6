"""Callbacks of a gateway's channels: one thread runs them all, in the order in which items came."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, Any, Callable, Dict, NamedTuple, Optional

from conc_agent.channels.channel import NO_ENDMARKER_WANTED
from conc_agent.channels.credit import Intake

if TYPE_CHECKING:
    from conc_agent.channels.gateway import BaseGateway


class Callback(NamedTuple):
    """What is called with a channel's items. It stays when nobody holds the channel any more."""

    number: int
    call: Callable[[Any], Any]
    endmarker: Any
    intake: Intake
    gateway: BaseGateway


class Callbacks:
    """All but the thread's own work is called with the gateway's ``changed`` held."""

    def __init__(self, failed: Callable[[int, BaseException], None], grant: Callable[[int, int], None]) -> None:
        self._failed = failed
        self._grant = grant
        self._known: Dict[int, Callback] = {}
        self._work: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._thread: Optional[threading.Thread] = None

    def get(self, number: int) -> Optional[Callback]:
        return self._known.get(number)

    def register(self, callback: Callback) -> None:
        self._known[callback.number] = callback

    def put(self, callback: Callback, item: Any, cost: int) -> None:
        self._do(lambda: self._run(callback, item, cost))

    def end(self, callback: Callback) -> None:
        if callback.endmarker is not NO_ENDMARKER_WANTED:
            self._do(lambda: self._call(callback, callback.endmarker))

    def close(self, number: int) -> None:
        known = self._known.pop(number, None)
        if known is not None:
            self.end(known)

    def close_all(self) -> None:
        for number in list(self._known):
            self.close(number)

    def wait(self) -> None:
        """Until what waits is done; not under the lock. From a callback: it is this thread's own turn."""
        if self._thread is None or threading.current_thread() is self._thread:
            return
        done = threading.Event()
        self._do(done.set)
        done.wait()

    def _do(self, work: Callable[[], None]) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="conc-callbacks", daemon=True)
            self._thread.start()
        self._work.put(work)

    def _serve(self) -> None:
        while True:
            self._work.get()()

    def _run(self, callback: Callback, item: Any, cost: int) -> None:
        self._call(callback, item)
        with callback.gateway.changed:
            grant = callback.intake.taken(cost)
        self._grant(callback.number, grant)

    def _call(self, callback: Callback, item: Any) -> None:
        try:
            callback.call(item)
        except Exception as raised:
            self._failed(callback.number, raised)
