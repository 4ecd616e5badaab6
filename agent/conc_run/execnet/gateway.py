"""The near end of a gateway."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any, Callable, Optional, Union

from conc_agent.channels.channel import Channel
from conc_agent.channels.gateway import BaseGateway
from conc_agent.channels.outlet import Outlet
from execnet.connection import Connection
from execnet.source import read_source
from execnet.xspec import XSpec

if TYPE_CHECKING:
    from execnet.multi import Group


class Gateway(BaseGateway):
    """A Python interpreter, near or far, that runs what it is sent. Made by ``Group.makegateway``."""

    def __init__(self, connection: Connection, spec: XSpec, model: str) -> None:
        super().__init__(spec.id or "", 1, connection.read, Outlet(connection.write, lambda: None))
        self.spec = spec
        self.model = model
        self._io = connection
        self._group: Optional[Group] = None
        self._rinfo_known: Optional[RInfo] = None
        self.start()

    @property
    def remoteaddress(self) -> str:
        """Of gateways to other machines only."""
        return self._io.remoteaddress

    def __repr__(self) -> str:
        state = "receive-live" if self.hasreceiver() else "not-receiving"
        return "<%s id=%r %s, %s model, %d active channels>" % (
            type(self).__name__,
            self.id,
            state,
            self.model,
            len(self.channels()),
        )

    def remote_exec(self, source: Union[str, Callable[..., Any], types.ModuleType], **kwargs: Any) -> Channel:
        """Run a module, a pure function ``f(channel, **kwargs)`` or a text on the other side, with a channel to it.

        There ``__name__`` is ``__channelexec__`` and ``channel`` a global. DumpError: an argument is of a type that
        channels don't carry. ValueError: the function isn't pure.
        """
        text, file, call = read_source(source)
        if call is None and kwargs:
            raise TypeError("can't pass kwargs to non-function remote_exec")
        channel = self.newchannel()
        self.tell(("exec", channel.id, text, file, call, kwargs))
        return channel

    def remote_status(self) -> RInfo:
        """``numchannels``, ``numexecuting`` and ``execmodel`` of the other side."""
        channel = self.newchannel()
        self.tell(("status", channel.id))
        return RInfo(channel.receive())

    def reconfigure(self, py2str_as_py3str: bool = True, py3str_as_py2str: bool = False) -> None:
        """What becomes of texts that arrive on channels made from now on, here and on the other side."""
        self.texts = (py2str_as_py3str, py3str_as_py2str)
        self.tell(("texts", 0, *self.texts))

    def hasreceiver(self) -> bool:
        """Can anything still come?"""
        return not self.finished

    def exit(self) -> None:
        """Tell the other side to end; ``Group.terminate`` waits for it."""
        if self._group is None or self not in self._group:
            return
        self._group.leave(self)
        try:
            self.tell(("terminate",))
            self._out.flush()
        except OSError:
            # It ended by itself.
            pass
        self._io.close_write()

    def wait_ended(self, timeout: Optional[float]) -> None:
        """Until its process has ended; after ``timeout`` seconds it is killed."""
        if not self._io.wait(timeout):
            self._io.kill()
            self._io.wait(timeout)

    def _rinfo(self, update: bool = False) -> RInfo:
        """The other side's executable, version_info, platform, cwd and pid."""
        if update or self._rinfo_known is None:
            channel = self.remote_exec(_describe)
            self._rinfo_known = RInfo(channel.receive())
            channel.waitclose()
        return self._rinfo_known


class RInfo:
    """Facts as attributes."""

    def __init__(self, facts: Any) -> None:
        self.__dict__.update(facts)

    def __repr__(self) -> str:
        return "<RInfo %r>" % ", ".join("%s=%s" % item for item in sorted(self.__dict__.items()))

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


def _describe(channel):  # noqa: ANN001, ANN202
    import os
    import sys

    channel.send(
        dict(  # noqa: C408
            executable=sys.executable,
            version_info=tuple(sys.version_info[:5]),
            platform=sys.platform,
            cwd=os.getcwd(),
            pid=os.getpid(),
        )
    )
