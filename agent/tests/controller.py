"""The controller's end of a call, in the same process: a real channel, without a wire."""

from __future__ import annotations

import threading
import time
from typing import Any, Callable, Dict, List, Optional

from conc_agent import frames
from conc_agent.channel import Channel


class Controller:
    def __init__(self) -> None:
        self.messages: List[Dict[str, Any]] = []
        self._parts = b""
        self.channel = Channel(1, self._emitted)
        #: What it answers when it is asked to confirm a switch.
        self.reaches: Dict[str, Any] = {"well": True}
        #: Called with every message of the agent, on the agent's thread.
        self.listener: Callable[[Dict[str, Any]], None] = lambda _message: None

    def say(self, message: Dict[str, Any]) -> None:
        self.channel.arrived(frames.Frame(frames.JSON, 1, frames.dump_json(message)))

    def send_bytes(self, data: bytes) -> None:
        self.channel.arrived(frames.Frame(frames.BLOB, 1, data))

    def leave(self) -> None:
        self.channel.lose()

    def when(self, **fields: Any) -> Callable[[Callable[[], None]], None]:
        """``controller.when(job="gate", state="start")(controller.leave)``"""

        def register(act: Callable[[], None]) -> None:
            def listen(message: Dict[str, Any]) -> None:
                if all(message.get(key) == value for key, value in fields.items()):
                    act()

            self.listener = listen

        return register

    def statuses(self) -> Dict[str, str]:
        return {message["job"]: message["status"] for message in self.messages if message.get("state") == "done"}

    def done(self, job: str) -> Dict[str, Any]:
        return next(
            message for message in self.messages if message.get("job") == job and message.get("state") == "done"
        )

    def undone(self) -> Dict[str, Any]:
        return next(message for message in self.messages if "undo" in message)

    def was_undone(self) -> bool:
        return any("undo" in message for message in self.messages)

    def _emitted(self, kind: bytes, _number: int, part: bytes) -> None:
        if kind == frames.MORE:
            self._parts += part
        elif kind == frames.JSON:
            text, self._parts = self._parts + part, b""
            message = frames.load_json(text)
            self.messages.append(message)
            self.listener(message)
            if "confirm" in message:
                self.say({"confirm": self.reaches})


def in_background(work: Callable[[], Any]) -> Background:
    return Background(work)


class Background:
    """A call on a thread of its own, whose result or error ``join`` gives."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._result: Any = None
        self._error: Optional[BaseException] = None
        self._work = work
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def join(self) -> Any:
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._result

    def _run(self) -> None:
        try:
            self._result = self._work()
        except BaseException as error:
            self._error = error


def wait_until(fact: Callable[[], Any], what: str, limit: float = 120.0) -> None:
    """The limit only ends a test that would hang."""
    deadline = time.monotonic() + limit
    while not fact():
        if time.monotonic() > deadline:
            raise AssertionError("never so: " + what)
        time.sleep(0.01)
