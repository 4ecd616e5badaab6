"""What the controller wants of a running change beside its jobs: to halt, to cancel."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Optional

from conc_agent.channel import Channel

#: Written by another controller that wants this change to halt: who.
HALT = "halt"
#: Seconds between two looks at that file: long loops ask often.
EVERY = 0.1


class Wishes:
    """Asked now and then by whatever runs; messages wait in the channel until then."""

    def __init__(self, channel: Channel, folder: Path) -> None:
        self.channel = channel
        self.halt = False
        self.cancel = False
        #: Who asked from elsewhere (`conc halt`).
        self.by: Optional[str] = None
        self._file = folder / HALT
        self._looked = 0.0

    def look(self) -> None:
        while True:
            message = self.channel.poll("halt", "cancel")
            if message is None:
                break
            self.note(message)
        now = time.monotonic()
        if not self.halt and now - self._looked > EVERY:
            self._looked = now
            self.by = take_halt(self._file)
            self.halt = self.by is not None

    def note(self, message: Any) -> bool:
        """Take a message that may be a wish; False: it is none."""
        if not isinstance(message, dict) or not ("halt" in message or "cancel" in message):
            return False
        self.halt = self.halt or message.get("halt") is True
        self.cancel = self.cancel or message.get("cancel") is True
        return True


def ask_halt(folder: Path, by: str) -> None:
    """For who does not run the change: ask whoever does."""
    (folder / HALT).write_text(by, encoding="utf-8")


def take_halt(file: Path) -> Optional[str]:
    """Who asked, if anybody did. It is asked once: a change that goes on later isn't halted by it again."""
    try:
        by = file.read_text(encoding="utf-8")
        file.unlink()
    except OSError:
        return None
    return by
