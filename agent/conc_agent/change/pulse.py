"""Whether the controller of a running change is there, for who only looks: a file with a time stamp."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import NamedTuple, Optional

from conc_agent.channel import Channel

#: Its time stamp says when the controller was last there: `heard` while it is, renamed to `lost` once it is not.
#: Neither a rename nor a time stamp needs room on a disk that is full.
HEARD, LOST = "heard", "lost"
#: Seconds between two time stamps, and between two looks whether it is gone.
EVERY, LOOK = 1.0, 0.1
#: Seconds without one, after which whoever runs the change is no agent with a controller: it hangs, or was taken over.
STALE = 10.0


class Controller(NamedTuple):
    """As the two files tell of it, by the wall clock."""

    live: bool
    #: Seconds since it was last there.
    heard: float


class Pulse:
    """While the controller is there, ``change/heard`` gets a new time stamp every second: ``with Pulse(…):``."""

    def __init__(self, folder: Path, channel: Channel) -> None:
        self._heard, self._lost = str(folder / HEARD), str(folder / LOST)
        self._channel = channel
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="conc-pulse", daemon=True)

    def __enter__(self) -> Pulse:
        if os.path.exists(self._lost):
            os.rename(self._lost, self._heard)
            os.utime(self._heard)
        else:
            with open(self._heard, "wb"):
                pass
        self._thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        stamped = time.monotonic()
        while not self._over.wait(LOOK):
            try:
                if self._channel.gone:
                    os.rename(self._heard, self._lost)
                    return
                if time.monotonic() - stamped > EVERY:
                    os.utime(self._heard)
                    stamped = time.monotonic()
            except OSError:
                return


def controller(folder: Path) -> Optional[Controller]:
    """Of a change that runs. None: nobody has written anything yet."""
    for name in (HEARD, LOST):
        try:
            heard = max(0.0, round(time.time() - os.stat(str(folder / name)).st_mtime, 1))
        except OSError:
            continue
        return Controller(name == HEARD and heard < STALE, heard)
    return None
