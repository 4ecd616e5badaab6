"""A link as ssh's ProxyCommand: ``slow_link.py HOST PORT DELAY RATE CUT``. Every byte arrives DELAY seconds late, in
each direction; RATE bytes a second, 0: as many as there are; the connection ends once CUT bytes went up, 0: never."""

import os
import selectors
import socket
import sys
import time
from collections import deque
from typing import Deque, Tuple

CHUNK = 4096


class Direction:
    """One way through the link: what came stays on the wire for DELAY, and takes the time that its size needs."""

    def __init__(self, source: int, sink: int, delay: float, rate: float) -> None:
        self.source = source
        self.sink = sink
        self.carried = 0
        self._delay = delay
        self._rate = rate
        self._free = 0.0
        self._wire: Deque[Tuple[float, bytes]] = deque()

    def take(self) -> bool:
        """False: the source has ended."""
        data = os.read(self.source, CHUNK)
        if not data:
            return False
        begin = max(time.monotonic(), self._free)
        self._free = begin + (len(data) / self._rate if self._rate else 0.0)
        self._wire.append((self._free + self._delay, data))
        return True

    def give(self) -> None:
        while self._wire and self._wire[0][0] <= time.monotonic():
            _, data = self._wire.popleft()
            self.carried += len(data)
            while data:
                data = data[os.write(self.sink, data) :]

    def due(self) -> float:
        return self._wire[0][0] if self._wire else float("inf")

    def full(self) -> bool:
        """The wire holds no more than a quarter of a second: who sends has to wait, as TCP would have him."""
        return self._free > time.monotonic() + 0.25


def main() -> None:
    delay, rate, cut = float(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5])
    far = socket.create_connection((sys.argv[1], int(sys.argv[2])))
    far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    up, down = Direction(0, far.fileno(), delay, rate), Direction(far.fileno(), 1, delay, rate)
    open_ways = [up, down]
    while open_ways or min(up.due(), down.due()) < float("inf"):
        with selectors.DefaultSelector() as selector:
            for way in open_ways:
                if not way.full():
                    selector.register(way.source, selectors.EVENT_READ, way)
            wait = min(up.due(), down.due(), time.monotonic() + 0.05) - time.monotonic()
            ready = selector.select(max(0.0, wait)) if selector.get_map() else time.sleep(max(0.0, wait)) or []
            for key, _ in ready:
                if not key.data.take():
                    open_ways.remove(key.data)
                    if key.data is down:
                        open_ways.clear()
        up.give()
        down.give()
        if cut and up.carried >= cut:
            return


main()
