"""A channel: the two-way pipe of messages between a call on the node and the controller.

A call is a module ``conc_agent.calls.NAME`` with one function::

    def serve(channel: Channel, request: Any) -> Any:
        channel.send({"job": "install", "state": "start"})     # one JSON value
        channel.write(data)                                    # bytes, of any length
        kind, value = channel.receive()                        # ("json", value) or ("blob", bytes), in order
        for piece in channel.blobs(size):                      # the next `size` bytes of blobs, bounded memory
            ...
        if channel.poll("halt", "cancel"):                     # never blocks
            ...
        if channel.gone:                                       # nobody listens any more
            ...
        return {"outcome": "proven"}                           # becomes the reply

What ``serve`` returns is the reply. ``raise CallError(code, message, hint, state)`` is an error that a person can act
on; any other exception becomes the error ``agent.error`` with its traceback. Calls run one at a time, on the main
thread.

- ``send`` and ``write`` block while the controller has not taken what was sent before (1 MiB a channel). Once the
  channel is gone they return at once and do nothing: a call that must go on without a controller simply goes on.
- ``receive`` raises ``TimeoutError`` after ``timeout`` seconds, and ``ChannelClosed`` once nothing more can come.
- ``poll()`` takes the first waiting JSON value, or None; ``poll("halt", "cancel")`` takes the first waiting JSON object
  with one of these keys, past blobs and other values. ``blobs`` leaves JSON values where they are. So a ``halt``
  may come up in ``receive`` too, where the controller sent it before what was expected.
- ``gone``: the session was lost, said goodbye, or the controller cancelled the channel. ``wait_gone(seconds)`` sleeps,
  but wakes when that happens.
- Every method may be called from any thread.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Any, Callable, Deque, Iterator, Optional, Sequence, Tuple

from conc_agent import frames

Item = Tuple[str, Any]


class CallError(Exception):
    """What a person can be told: a permanent dotted code, what happened and why, what to do, the state of things."""

    def __init__(
        self,
        code: str,
        message: str,
        hint: Optional[str] = None,
        state: Optional[str] = None,
        evidence: Sequence[str] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.state = state
        self.evidence = evidence


class ChannelClosed(EOFError):
    """Nothing more will come on this channel."""


class Channel:
    """Made by the session for each call."""

    def __init__(
        self,
        number: int,
        emit: Callable[[bytes, int, bytes], Any],
        flush: Callable[[float], bool] = lambda _seconds: True,
    ) -> None:
        self.number = number
        self._flush = flush
        self._emit = emit
        self._changed = threading.Condition()
        self._sending = threading.RLock()
        self._inbox: Deque[Tuple[str, Any, int]] = deque()
        self._parts = bytearray()
        self._credit = frames.WINDOW
        self._taken = 0
        self._ended = False
        self._gone = False

    @property
    def gone(self) -> bool:
        return self._gone

    def wait_gone(self, seconds: Optional[float] = None) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._gone, seconds)

    def send(self, value: Any) -> None:
        """One JSON value. The key ``reply`` alone is the session's own."""
        with self._sending:
            for kind, part in frames.split_json(frames.dump_json(value)):
                self._put(kind, part)

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        with self._sending:
            for start in range(0, len(view), frames.CHUNK):
                self._put(frames.BLOB, bytes(view[start : start + frames.CHUNK]))

    def flush(self) -> None:
        """Wait until what was sent has left this process, as long as it takes, or the channel is gone."""
        while not self._gone and not self._flush(1.0):
            pass

    def receive(self, timeout: Optional[float] = None) -> Item:
        kind, value = self._take(lambda _item: True, timeout)
        return kind, value

    def poll(self, *keys: str) -> Any:
        def wanted(item: Tuple[str, Any, int]) -> bool:
            kind, value, _ = item
            return kind == "json" and (not keys or (isinstance(value, dict) and any(key in value for key in keys)))

        try:
            return self._take(wanted, 0)[1]
        except (TimeoutError, ChannelClosed):
            return None

    def blobs(self, size: int) -> Iterator[bytes]:
        """The next ``size`` bytes of blobs. A blob that goes beyond is an error of the controller's."""
        left = size
        while left > 0:
            piece = self._take(lambda item: item[0] == "blob", None)[1]
            if len(piece) > left:
                raise CallError("protocol.blob-too-long", "%d bytes came where %d were left" % (len(piece), left))
            left -= len(piece)
            yield piece

    def _put(self, kind: bytes, part: bytes) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._gone or self._credit >= len(part))
            if self._gone:
                return
            self._credit -= len(part)
        self._emit(kind, self.number, part)

    def _take(self, wanted: Callable[[Tuple[str, Any, int]], bool], timeout: Optional[float]) -> Item:
        with self._changed:
            self._changed.wait_for(lambda: self._ended or any(wanted(item) for item in self._inbox), timeout)
            found = next((item for item in self._inbox if wanted(item)), None)
            if found is None:
                if self._ended:
                    raise ChannelClosed("nothing more will come: the controller ended this channel, or is gone")
                raise TimeoutError("nothing came for %s s" % timeout)
            if found is self._inbox[0]:
                self._inbox.popleft()
            else:
                self._inbox.remove(found)
            grant = self._count(found[2])
        if grant:
            self._emit(frames.CREDIT, self.number, frames.encode_count(grant))
        return found[0], found[1]

    def _count(self, size: int) -> int:
        """Credit to grant now that ``size`` bytes more were taken; 0: not worth a frame yet."""
        self._taken += size
        if self._taken < frames.GRANT or self._ended:
            return 0
        grant, self._taken = self._taken, 0
        return grant

    # What follows is called by the session's reader thread only, and never blocks.

    def arrived(self, frame: frames.Frame) -> int:
        """Take a frame in. Returns the credit to grant for a part of a JSON text that can't be taken out yet."""
        with self._changed:
            if frame.kind == frames.MORE:
                self._parts += frame.payload
                if len(self._parts) > frames.JSON_LIMIT:
                    raise frames.FrameError("a JSON text longer than %d bytes" % frames.JSON_LIMIT)
                return self._count(len(frame.payload))
            if frame.kind == frames.JSON:
                text, self._parts = bytes(self._parts) + frame.payload, bytearray()
                self._inbox.append(("json", frames.load_json(text), len(frame.payload)))
            elif frame.kind == frames.BLOB:
                self._inbox.append(("blob", frame.payload, len(frame.payload)))
            elif frame.kind == frames.CREDIT:
                self._credit += frames.decode_count(frame.payload)
            elif frame.kind == frames.END:
                self._ended = True
            else:
                self._gone = self._ended = True
            self._changed.notify_all()
        return 0

    def lose(self) -> None:
        """The session is over."""
        with self._changed:
            self._gone = self._ended = True
            self._changed.notify_all()
