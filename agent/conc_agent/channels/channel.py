"""A user channel: execnet's, as its documentation and its 2.1.2 have it."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, Any, Callable, Iterator, List, Optional, Tuple

from conc_agent.channels import errors
from conc_agent.channels.credit import Intake
from conc_agent.channels.errors import RemoteError
from conc_agent.channels.files import ChannelFileRead, ChannelFileWrite

if TYPE_CHECKING:
    from conc_agent.channels.gateway import BaseGateway

#: Stands in a channel's queue behind its last item.
END = object()
#: For ``setcallback``: nothing is wanted at the end.
NO_ENDMARKER_WANTED = object()


class Channel:
    """A two-way pipe of values between two interpreters. Made by ``remote_exec`` and ``newchannel``.

    - ``send`` blocks while the other side has 1 MiB of this channel that it did not take.
    - Items that were sent before an error or a close can still be received after it.
    - An error of the other side is raised once, by whoever asks first: ``receive`` or ``waitclose``.
    """

    RemoteError = RemoteError
    TimeoutError = errors.TimeoutError

    def __init__(self, gateway: BaseGateway, number: int) -> None:
        self.gateway = gateway
        self.id = number
        self.intake = Intake()
        self.texts = gateway.texts
        self.credit = gateway.window
        self.sending = threading.RLock()
        #: True while remote_exec runs with it: it is closed at the end of that, not by hand.
        self.executing = False
        #: None once there is a callback.
        self.items: Optional[queue.SimpleQueue[Tuple[Any, int]]] = queue.SimpleQueue()
        self.closed = False
        self.receive_closed = threading.Event()
        self.remote_errors: List[RemoteError] = []

    def __repr__(self) -> str:
        return "<Channel id=%d %s>" % (self.id, "closed" if self.closed else "open")

    def __del__(self) -> None:
        if self.closed:
            for error in self.remote_errors:
                error.warn()
        elif not self.receive_closed.is_set():
            self.gateway.forget(self.id, self.items is None)

    def isclosed(self) -> bool:
        """A closed channel may still hold items."""
        return self.closed

    def send(self, item: Any) -> None:
        """Send a copy. DumpError: not of a type that channels carry. OSError: channel or connection are closed."""
        if self.closed:
            raise OSError("cannot send to %r" % self)
        self.gateway.send(self, item)

    def receive(self, timeout: Optional[float] = None) -> Any:
        """The next item. RemoteError: the other side raised; EOFError: nothing more will come; TimeoutError."""
        items = self.items
        if items is None:
            raise OSError("cannot receive(), channel has receiver callback")
        try:
            item, cost = items.get(timeout=timeout)
        except queue.Empty:
            raise self.TimeoutError("no item after %r seconds" % timeout) from None
        if item is END:
            items.put((END, 0))
            raise self._remote_error() or EOFError()
        self.gateway.taken(self, cost)
        return item

    def waitclose(self, timeout: Optional[float] = None) -> None:
        """Wait until nothing more will come. RemoteError: the other side raised; EOFError: it was cut off."""
        if not self.receive_closed.wait(timeout):
            raise self.TimeoutError("Timeout after %r seconds" % timeout)
        error = self._remote_error()
        try:
            if error is not None:
                raise error
        finally:
            # The error holds this frame. Did the frame hold it, the caller's channels would live until a collection.
            del error

    def close(self, error: Optional[str] = None) -> None:
        """Close both directions, with an error that is raised on the other side where one is given."""
        if self.executing:
            raise OSError("cannot explicitly close channel within remote_exec")
        self.gateway.close(self, None if error is None else str(error))

    def setcallback(self, callback: Callable[[Any], Any], endmarker: Any = NO_ENDMARKER_WANTED) -> None:
        """Call ``callback`` with every item, those that wait here before this returns; at the end with ``endmarker``.

        Callbacks of a gateway run one after the other, on a thread of their own.
        """
        self.gateway.set_callback(self, callback, endmarker)

    def makefile(self, mode: str = "w", proxyclose: bool = False) -> Any:
        """A file-like object: what is written to ``w`` is sent, what is received is read from ``r``."""
        if mode == "w":
            return ChannelFileWrite(self, proxyclose)
        if mode == "r":
            return ChannelFileRead(self, proxyclose)
        raise ValueError("mode %r not available" % mode)

    def reconfigure(self, py2str_as_py3str: bool = True, py3str_as_py2str: bool = False) -> None:
        """What becomes of texts that arrive on this channel, here and on the other side."""
        self.texts = (py2str_as_py3str, py3str_as_py2str)
        self.gateway.tell(("texts", self.id, *self.texts))

    def __iter__(self) -> Iterator[Any]:
        return self

    def next(self) -> Any:
        try:
            return self.receive()
        except EOFError:
            raise StopIteration from None

    __next__ = next

    def _remote_error(self) -> Optional[BaseException]:
        return self.remote_errors.pop(0) if self.remote_errors else self.gateway.error
