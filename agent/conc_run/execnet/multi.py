"""Several gateways at once."""

from __future__ import annotations

import atexit
import queue
import threading
import types
from typing import Any, Callable, Iterable, Iterator, List, Optional, Sequence, Union

from conc_agent.channels.channel import NO_ENDMARKER_WANTED, Channel
from execnet.connection import Connection
from execnet.gateway import Gateway
from execnet.request import SETTLE, model_named, request_of
from execnet.xspec import XSpec

Source = Union[str, Callable[..., Any], types.ModuleType]


class Group:
    """Gateways that are made and ended together."""

    defaultspec = "popen"

    def __init__(self, xspecs: Iterable[Union[XSpec, str, None]] = (), execmodel: str = "thread") -> None:
        self._gateways: List[Gateway] = []
        self._to_join: List[Gateway] = []
        self._counter = 0
        self._lock = threading.Lock()
        self.set_execmodel(execmodel)
        for xspec in xspecs:
            self.makegateway(xspec)
        atexit.register(self._cleanup_atexit)

    def set_execmodel(self, execmodel: str, remote_execmodel: Optional[str] = None) -> None:
        """``thread`` or ``main_thread_only``, before any gateway is made."""
        if self._gateways:
            raise ValueError("can not set execution models if gateways have been created already")
        self.execmodel = model_named(execmodel)
        self.remote_execmodel = model_named(remote_execmodel or execmodel)

    def makegateway(self, spec: Union[XSpec, str, None] = None) -> Gateway:
        """Start an interpreter: ``popen``, ``ssh=ARGUMENTS OF SSH`` or ``conc=NODE``, and more keys, joined by ``//``:

        id, python, execmodel, chdir, nice, env:NAME=value, dont_write_bytecode, ssh_config.
        """
        wanted = XSpec(spec or self.defaultspec) if not isinstance(spec, XSpec) else spec
        self.allocate_id(wanted)
        model = model_named(wanted.execmodel or self.remote_execmodel)
        wanted.execmodel = model
        request = dict(request_of(wanted), id=wanted.id, model=model)
        gateway = Gateway(Connection(request, wanted.ssh or wanted.conc), wanted, model)
        self._gateways.append(gateway)
        gateway._group = self
        if wanted.chdir or wanted.nice or wanted.env:
            channel = gateway.remote_exec(SETTLE)
            channel.send((wanted.chdir, int(wanted.nice or 0), wanted.env))
            channel.waitclose()
        return gateway

    def allocate_id(self, spec: XSpec) -> None:
        with self._lock:
            if spec.id is None:
                spec.id = "gw%d" % self._counter
                self._counter += 1
            if spec.id in self:
                raise ValueError("already have gateway with id %r" % spec.id)

    def remote_exec(self, source: Source, **kwargs: Any) -> MultiChannel:
        return MultiChannel([gateway.remote_exec(source, **kwargs) for gateway in self])

    def leave(self, gateway: Gateway) -> None:
        """It was told to end."""
        self._gateways.remove(gateway)
        self._to_join.append(gateway)

    def terminate(self, timeout: Optional[float] = None) -> None:
        """End every gateway and wait; after ``timeout`` seconds what still runs is killed. None: wait for ever."""
        for gateway in self:
            gateway.exit()
        ending, self._to_join = self._to_join, []
        waits = [threading.Thread(target=gateway.wait_ended, args=(timeout,)) for gateway in ending]
        for wait in waits:
            wait.start()
        for wait in waits:
            wait.join()

    def __repr__(self) -> str:
        return "<Group %r>" % [gateway.id for gateway in self]

    def __getitem__(self, key: Union[int, str, Gateway]) -> Gateway:
        if isinstance(key, int):
            return self._gateways[key]
        for gateway in self._gateways:
            if gateway is key or gateway.id == key:
                return gateway
        raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        return any(gateway is key or gateway.id == key for gateway in self._gateways)

    def __len__(self) -> int:
        return len(self._gateways)

    def __iter__(self) -> Iterator[Gateway]:
        return iter(list(self._gateways))

    def _cleanup_atexit(self) -> None:
        self.terminate(timeout=1.0)


class MultiChannel:
    """One channel for each of several gateways."""

    def __init__(self, channels: Sequence[Channel]) -> None:
        self._channels = channels
        self._queue: Optional[queue.Queue[Any]] = None

    def __len__(self) -> int:
        return len(self._channels)

    def __iter__(self) -> Iterator[Channel]:
        return iter(self._channels)

    def __getitem__(self, key: int) -> Channel:
        return self._channels[key]

    def __contains__(self, channel: Channel) -> bool:
        return channel in self._channels

    def send_each(self, item: Any) -> None:
        for channel in self._channels:
            channel.send(item)

    def receive_each(self, withchannel: bool = False) -> List[Any]:
        """An item of each; with ``withchannel`` pairs (channel, item)."""
        if self._queue is not None:
            raise OSError("cannot receive_each(), there is a receive queue")
        items = [(channel, channel.receive()) for channel in self._channels]
        return items if withchannel else [item for _, item in items]

    def make_receive_queue(self, endmarker: Any = NO_ENDMARKER_WANTED) -> queue.Queue[Any]:
        """Pairs (channel, item) as they come from any; at a channel's end (channel, endmarker), where one is given."""
        if self._queue is None:
            made: queue.Queue[Any] = queue.Queue()
            self._queue = made
            for channel in self._channels:
                channel.setcallback(lambda item, channel=channel: made.put((channel, item)), endmarker)
        return self._queue

    def waitclose(self) -> None:
        """All of them; the first error is raised at the end."""
        first: Optional[Exception] = None
        for channel in self._channels:
            try:
                channel.waitclose()
            except channel.RemoteError as error:
                first = first or error
        if first is not None:
            raise first


default_group = Group()
makegateway = default_group.makegateway
set_execmodel = default_group.set_execmodel
