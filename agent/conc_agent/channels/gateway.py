"""What both ends of a gateway have in common: channels, a thread that reads, one that writes, one for callbacks.

Threads and locks: ``changed`` guards channels and credit, and is never held while something blocks. The thread that
reads never waits for credit, nor for a callback. A channel may be forgotten in any thread at any moment, whatever locks
that thread holds: ``forget`` takes none.
"""

from __future__ import annotations

import threading
import traceback
import weakref
from typing import Any, Callable, List, Optional, Tuple

from conc_agent import frames
from conc_agent.channels import errors
from conc_agent.channels.callbacks import Callback, Callbacks
from conc_agent.channels.channel import END, Channel
from conc_agent.channels.credit import ITEM_COST
from conc_agent.channels.dump import dumps
from conc_agent.channels.load import TEXTS, Texts, loads
from conc_agent.channels.outlet import Outlet

#: Seconds that a sender waits without anything being taken here before it takes both ends to be stuck in sending.
STUCK = 0.25
#: Of an item in one frame: with its header it still is one part of what carries it.
PART = frames.CHUNK - frames.HEADER


class BaseGateway:
    """One end. ``read`` gives bytes as they come, b"" at the end. Channels made here are numbered first, first + 2 …"""

    window = frames.WINDOW

    def __init__(self, name: str, first: int, read: Callable[[], bytes], outlet: Outlet) -> None:
        self.id = name
        self.texts: Texts = TEXTS
        #: What ``receive`` and ``waitclose`` raise where the connection ended without a word.
        self.error: Optional[EOFError] = None
        #: Nothing will come any more.
        self.finished = False
        self.changed = threading.Condition()
        self._channels: weakref.WeakValueDictionary[int, Channel] = weakref.WeakValueDictionary()
        self._callbacks = Callbacks(self._callback_failed, self._grant)
        self._next = first
        self._takings = 0
        self._controls = bytearray()
        self._telling = threading.RLock()
        self._read = read
        self._out = outlet
        self._reader = threading.Thread(target=self._receive, name="conc-channels", daemon=True)

    def start(self) -> None:
        """Begin to read: once whoever subclasses this is whole."""
        self._reader.start()

    def join(self, timeout: Optional[float] = None) -> None:
        """Wait until nothing more will come."""
        self._reader.join(timeout)

    def newchannel(self) -> Channel:
        """A new channel, open, of which the other side knows once it is sent there."""
        return self.channel_of(None)

    def channel_of(self, number: Optional[int]) -> Channel:
        with self.changed:
            if self.finished:
                raise OSError("connection already closed: %r" % self)
            if number is None:
                number, self._next = self._next, self._next + 2
            channel = self._channels.get(number)
            if channel is None:
                channel = self._channels[number] = Channel(self, number)
            return channel

    def channels(self) -> List[Channel]:
        with self.changed:
            return list(self._channels.values())

    # What channels ask for.

    def send(self, channel: Channel, item: Any) -> None:
        data = dumps(item, self._number_of)
        sent = False
        with channel.sending:
            try:
                for kind, part in frames.split(data, frames.ITEM, PART):
                    self._await_credit(channel, len(part) + (ITEM_COST if kind == frames.ITEM else 0))
                    self._out.put(kind, channel.id, part)
                    sent = kind == frames.MORE
                self._out.settle()
            except BaseException:
                # Half an item is on its way: what would follow it can't be told from its rest.
                if sent and not channel.closed:
                    self.close(channel, "sending was interrupted in the middle of an item")
                raise

    def tell(self, control: Tuple[Any, ...]) -> None:
        """A word to the other side's gateway itself."""
        data = dumps(control, self._number_of)
        with self._telling:
            for kind, part in frames.split(data, frames.ITEM, PART):
                if self.finished:
                    raise OSError("cannot send (already closed?)")
                self._out.put(kind, 0, part)

    def taken(self, channel: Channel, cost: int) -> None:
        with self.changed:
            self._takings += 1
            grant = channel.intake.taken(cost)
        self._grant(channel.id, grant)

    def close(self, channel: Channel, error: Optional[str]) -> None:
        with self.changed:
            if channel.closed:
                return
            if not channel.receive_closed.is_set():
                self._out.urgent(frames.CLOSE, channel.id, b"" if error is None else dumps(error))
            self._close_here(channel.id, channel, whole=True)

    def forget(self, number: int, has_callback: bool) -> None:
        """A channel that nobody holds any more; items may still come for its callback."""
        self._out.urgent(frames.END if has_callback else frames.CLOSE, number)

    def set_callback(self, channel: Channel, callback: Callable[[Any], Any], endmarker: Any) -> None:
        known = Callback(channel.id, callback, endmarker, channel.intake, self)
        with self.changed:
            items = channel.items
            if items is None:
                raise OSError("%r has callback already registered" % channel)
            channel.items = None
            ended = channel.closed or channel.receive_closed.is_set()
            while not items.empty():
                item, cost = items.get()
                if item is not END:
                    self._callbacks.put(known, item, cost)
            if ended:
                self._callbacks.end(known)
            else:
                self._callbacks.register(known)
        self._callbacks.wait()

    def _number_of(self, value: Any) -> Optional[int]:
        if type(value) is not Channel:
            return None
        if value.gateway is not self:
            raise errors.DumpError("%r belongs to another gateway" % value)
        return value.id

    def _await_credit(self, channel: Channel, cost: int) -> None:
        with self.changed:
            while not (channel.closed or self.finished) and channel.credit < cost:
                before = self._takings
                if not self.changed.wait(STUCK) and before == self._takings:
                    self._relieve()
            if channel.closed or self.finished:
                raise OSError("cannot send to %r" % channel)
            channel.credit -= cost

    def _relieve(self) -> None:
        """Nobody takes anything here while this end waits to send: what waits here is granted before it is taken.

        Otherwise two ends that both send first and receive later would wait for each other for ever.
        """
        for channel in self.channels():
            self._grant(channel.id, channel.intake.ahead())

    def _grant(self, number: int, credit: int) -> None:
        if credit:
            self._out.urgent(frames.CREDIT, number, frames.encode_count(credit))

    # What follows runs on the thread that reads.

    def _receive(self) -> None:
        decoder = frames.Decoder()
        try:
            for data in iter(self._read, b""):
                for frame in decoder.feed(data):
                    self._handle(frame)
            self.error = EOFError("the connection ended")
        except Terminated:
            pass
        except Exception as raised:
            self.error = EOFError("the connection ended: %s: %s" % (type(raised).__name__, raised))
        self._finish()

    def _handle(self, frame: frames.Frame) -> None:
        kind, number, payload = frame
        if number == 0:
            self._controls += payload
            if kind == frames.ITEM:
                control, self._controls = bytes(self._controls), bytearray()
                self._told(*loads(control, self.channel_of))
        elif kind == frames.CREDIT:
            channel = self._channels.get(number)
            with self.changed:
                if channel is not None:
                    channel.credit += frames.decode_count(payload)
                    self.changed.notify_all()
        elif kind == frames.CLOSE:
            self._closed_there(number, loads(payload) if payload else None)
        elif kind == frames.END:
            self._close_here(number, self._channels.get(number), whole=False)
        else:
            self._arrived(kind, number, payload)

    def _told(self, what: str, *words: Any) -> None:
        """A word of the other side's gateway."""
        if what == "texts":
            number, py2_as_text, py3_as_bytes = words
            texts = (py2_as_text, py3_as_bytes)
            if number:
                self.channel_of(number).texts = texts
            else:
                self.texts = texts
        elif what == "terminate":
            raise Terminated

    def _arrived(self, kind: bytes, number: int, payload: bytes) -> None:
        channel = self._channels.get(number)
        with self.changed:
            callback = self._callbacks.get(number)
            intake = callback.intake if callback else channel.intake if channel else None
            if intake is None:
                # Nobody is there to take it: it is dropped, and whoever sends it must not wait.
                self._grant(number, len(payload) + (ITEM_COST if kind == frames.ITEM else 0))
                return
            if kind == frames.MORE:
                self._grant(number, intake.part(payload))
                return
            data = intake.whole(payload)
            cost = intake.queue(payload)
        item = loads(data, self.channel_of, channel.texts if channel else self.texts)
        with self.changed:
            callback = self._callbacks.get(number)
            if callback is not None:
                self._callbacks.put(callback, item, cost)
            elif channel is not None and channel.items is not None and not channel.receive_closed.is_set():
                channel.items.put((item, cost))

    def _closed_there(self, number: int, error: Optional[str]) -> None:
        remote = None if error is None else errors.RemoteError(str(error))
        channel = self._channels.get(number)
        if remote is not None:
            if channel is None:
                remote.warn()
            else:
                channel.remote_errors.append(remote)
        self._close_here(number, channel, whole=True)

    def _close_here(self, number: int, channel: Optional[Channel], whole: bool) -> None:
        """``whole``: both directions; else nothing more will come, but items may still be sent."""
        with self.changed:
            if channel is not None:
                channel.closed = channel.closed or whole
                if channel.items is not None:
                    channel.items.put((END, 0))
                channel.receive_closed.set()
            if whole:
                # One that can still send is kept: credit comes for it.
                self._channels.pop(number, None)
            self._callbacks.close(number)
            self.changed.notify_all()

    def _finish(self) -> None:
        with self.changed:
            self.finished = True
            for number, channel in list(self._channels.items()):
                self._close_here(number, channel, whole=False)
            self._callbacks.close_all()
            self.changed.notify_all()
        self._out.end()

    def _callback_failed(self, number: int, raised: BaseException) -> None:
        text = "".join(traceback.format_exception(type(raised), raised, raised.__traceback__))
        self._out.urgent(frames.CLOSE, number, dumps(text))
        channel = self._channels.get(number)
        if channel is not None:
            channel.remote_errors.append(errors.RemoteError(text))
        self._close_here(number, channel, whole=True)


class Terminated(Exception):
    """The other side said that it is over."""
