"""Files over a channel, as ``channel.makefile`` makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    from conc_agent.channels.channel import Channel


class ChannelFile:
    """What reading and writing have in common."""

    def __init__(self, channel: Channel, proxyclose: bool = True) -> None:
        self.channel = channel
        self._proxyclose = proxyclose

    def __repr__(self) -> str:
        return "<ChannelFile %d %s>" % (self.channel.id, "closed" if self.channel.isclosed() else "open")

    def isatty(self) -> bool:
        return False

    def close(self) -> None:
        if self._proxyclose:
            self.channel.close()


class ChannelFileWrite(ChannelFile):
    """Each write is an item."""

    def write(self, out: Any) -> None:
        self.channel.send(out)

    def flush(self) -> None:
        pass


class ChannelFileRead(ChannelFile):
    """Texts, or bytes, joined as they come."""

    _buffer: Optional[Any] = None

    def read(self, n: int) -> Any:
        while self._buffer is None or len(self._buffer) < n:
            try:
                more = self.channel.receive()
            except EOFError:
                self.close()
                break
            self._buffer = more if self._buffer is None else self._buffer + more
        if self._buffer is None:
            return ""
        found, self._buffer = self._buffer[:n], self._buffer[n:]
        return found

    def readline(self) -> Any:
        line = self.read(1)
        while line and line[-1:] not in ("\n", b"\n"):
            more = self.read(1)
            if not more:
                break
            line += more
        return line
