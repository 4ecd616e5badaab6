"""What one end has taken in on a channel, and the credit that it owes for it (protocol/README.md, "User channels").

An item is counted when it is taken out. A long item is longer than the window: its parts are counted as they come, but
only while nothing else waits to be taken, so that at most one item and one window stand in memory.
"""

from __future__ import annotations

from conc_agent import frames

#: What an item costs beyond its bytes: it is an object with a place in a queue.
ITEM_COST = 64


class Intake:
    """Not locked: the gateway is. Methods return the credit to grant now, 0: none yet."""

    def __init__(self) -> None:
        self.waiting = 0
        self._assembled = bytearray()
        self._held = 0
        self._queued = 0
        self._owed = 0
        self._ahead = 0

    def part(self, data: bytes) -> int:
        self._assembled += data
        if self.waiting:
            self._held += len(data)
        else:
            self._owed += len(data)
        return self._due()

    def whole(self, last: bytes) -> bytes:
        """The item, now that its last part came."""
        data, self._assembled = bytes(self._assembled) + last if self._assembled else last, bytearray()
        return data

    def queue(self, last: bytes) -> int:
        """Count an item in; its cost, to be given to ``taken``."""
        cost, self._held = self._held + len(last) + ITEM_COST, 0
        self.waiting += 1
        self._queued += cost
        return cost

    def taken(self, cost: int) -> int:
        self.waiting -= 1
        self._queued -= cost
        settled = min(self._ahead, cost)
        self._ahead -= settled
        self._owed += cost - settled
        if not self.waiting:
            self._owed, self._held = self._owed + self._held, 0
        return self._due()

    def ahead(self) -> int:
        """Credit for all that waits here, before it is taken: both ends are sending, and neither can go on."""
        grant = self._owed + self._held + self._queued - self._ahead
        self._ahead = self._queued
        self._owed = self._held = 0
        return grant

    def _due(self) -> int:
        if self._owed < frames.GRANT:
            return 0
        grant, self._owed = self._owed, 0
        return grant
