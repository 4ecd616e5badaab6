"""A worker's pipes: requests come in on one, answers and log records leave by the other."""

from __future__ import annotations

import os
import queue
import signal
import threading
from typing import Any, Dict

from .messages import Masking, Message, decode, encode

#: What the worker itself says in a message: nothing of an op's gets in there.
OWN = ("status", "code", "time", "level", "python", "digests", "jobs")


class Wire:
    """Takes descriptors 0 and 1 away from all code that comes later; 0 is empty from then on."""

    def __init__(self) -> None:
        # Copies are not inherited by programs that ops start.
        self._incoming, self._outgoing = os.dup(0), os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        self._writing = threading.Lock()
        self._requests: queue.Queue[Message] = queue.Queue()
        self.masking = Masking()
        os.register_at_fork(after_in_child=self._leave)

    def start(self) -> None:
        threading.Thread(target=self._read, name="conc-requests", daemon=True).start()

    def next(self) -> Message:
        return self._requests.get()

    def send(self, kind: str, content: Dict[str, Any]) -> None:
        # A password may be any word, also one of those that messages are made of.
        masked = {key: value if key in OWN else self.masking.value(value) for key, value in content.items()}
        data = encode({kind: masked})
        with self._writing:
            while data:
                data = data[os.write(self._outgoing, data) :]

    def _read(self) -> None:
        try:
            with os.fdopen(self._incoming, "rb", closefd=False) as lines:
                for line in lines:
                    self._requests.put(decode(line))
        finally:
            # Whoever started this worker has ended, or wants it to: nothing that it runs may outlive it.
            os.killpg(os.getpgrp(), signal.SIGKILL)

    def _leave(self) -> None:
        """In a forked child: it has no part in the conversation, and must not hold its pipes open."""
        for descriptor in (self._incoming, self._outgoing):
            os.close(descriptor)
