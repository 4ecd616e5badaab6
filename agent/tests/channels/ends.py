"""Both ends of a gateway in one process, over a pair of sockets for each direction."""

from __future__ import annotations

import socket
import threading
from typing import Any, Tuple

from conc_agent.channels.far import FarGateway
from conc_agent.channels.gateway import BaseGateway
from conc_agent.channels.outlet import Outlet


class Ends:
    """``near`` and ``far``; the far one serves on a thread."""

    def __init__(self) -> None:
        others = set(threading.enumerate())
        self._there, self._back = socket.socketpair(), socket.socketpair()
        self.near = BaseGateway("near", 1, *_over(self._back[0], self._there[1]))
        self.far = FarGateway("far", "thread", *_over(self._there[0], self._back[1]))
        self._writers = set(threading.enumerate()) - others
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
        self._there[1].shutdown(socket.SHUT_WR)
        self._serving.join()
        self._back[1].shutdown(socket.SHUT_WR)
        self.near.join()
        # Who still had something to write must not find a descriptor that is another's by then.
        for writer in self._writers:
            writer.join()
        for end in (*self._there, *self._back):
            end.close()


def _over(incoming: socket.socket, outgoing: socket.socket) -> Tuple[Any, Outlet]:
    return lambda: incoming.recv(1 << 16), Outlet(outgoing.sendall, lambda: None)
