"""How long the far side may be silent: protocol/README.md, "Keepalive"."""

from __future__ import annotations

import threading
from typing import Callable

#: Seconds, until the controller says otherwise.
PING, LOST = 15.0, 60.0
#: Looks at silence before a ping.
LOOKS = 3


class Keepalive:
    """Counts silence in ticks, not by the clock: a machine that slept has not been silent."""

    def __init__(self, ping: float = PING, lost: float = LOST) -> None:
        self._changed = threading.Condition()
        self._over = False
        self._silent = 0
        self.limit(ping, lost)

    def limit(self, ping: float, lost: float) -> None:
        """After ``ping`` seconds of silence a ping is due, after ``lost`` the far side is regarded as gone."""
        with self._changed:
            self.tick = ping / LOOKS
            self._lost_after = max(LOOKS + 1, round(lost / self.tick))
            self._changed.notify_all()

    def heard(self) -> None:
        self._silent = 0

    def watch(self, ping: Callable[[], None], lost: Callable[[], None]) -> None:
        """Until the far side is gone, or ``stop``."""
        while True:
            with self._changed:
                if self._over:
                    return
                if self._changed.wait(self.tick):
                    continue
            self._silent += 1
            if self._silent >= self._lost_after:
                lost()
                return
            if self._silent >= LOOKS:
                ping()

    def stop(self) -> None:
        with self._changed:
            self._over = True
            self._changed.notify_all()
