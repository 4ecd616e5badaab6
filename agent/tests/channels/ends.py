"""Both ends of a gateway in one process, over two pipes."""

from __future__ import annotations

import os
import threading
from typing import Any, Callable

from conc_agent.channels.far import FarGateway
from conc_agent.channels.gateway import BaseGateway
from conc_agent.channels.outlet import Outlet


class Ends:
    """``near`` and ``far``; the far one serves on a thread."""

    def __init__(self) -> None:
        self._there, self._back = os.pipe(), os.pipe()
        self.near = BaseGateway("near", 1, reader(self._back[0]), outlet(self._there[1]))
        self.far = FarGateway("far", "thread", reader(self._there[0]), outlet(self._back[1]))
        self._serving = threading.Thread(target=self.far.serve, daemon=True)
        self._serving.start()
        self.near.start()

    def run(self, source: str, **arguments: Any) -> Any:
        """A channel to ``source``, which runs on the far end."""
        channel = self.near.newchannel()
        self.near.tell(("exec", channel.id, source, None, None, arguments))
        return channel

    def cut(self) -> None:
        """The connection ends, without a word."""
        os.close(self._there[1])
        self._serving.join()
        os.close(self._back[1])
        self.near.join()
        os.close(self._there[0])
        os.close(self._back[0])


def reader(descriptor: int) -> Callable[[], bytes]:
    return lambda: os.read(descriptor, 1 << 16)


def outlet(descriptor: int) -> Outlet:
    def write(data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]

    return Outlet(write, lambda: None)
