"""The session on the node: hello, then calls one by one on the main thread; other threads read, write and watch."""

from __future__ import annotations

import binascii
import importlib
import os
import queue
import threading
import zlib
from typing import Any, Callable, Dict, Optional

from conc_agent import facts, frames
from conc_agent.channel import CallError, Channel
from conc_agent.keepalive import Keepalive
from conc_agent.logs import Logs
from conc_agent.modules import Modules
from conc_agent.outgoing import Outgoing

#: Seconds for a last word to leave.
FLUSH = 5.0
TRACEBACK_LIMIT = 1 << 15


def main(source: int, sink: int, modules: Modules, logs: Logs) -> None:
    """Serve until goodbye or the end of input, then end the process, whatever threads a call left behind."""
    session = Session(source, sink, modules, logs)
    try:
        session.run()
    except BaseException as raised:
        session.fail(raised)
    os._exit(0)


class Session:
    """Made once, on the main thread."""

    def __init__(self, source: int, sink: int, modules: Modules, logs: Logs) -> None:
        #: Set once nobody is there to talk to.
        self.gone = threading.Event()
        self._source = source
        self._out = Outgoing(sink)
        self._modules = modules
        self._logs = logs
        self._keepalive = Keepalive()
        self._parts = bytearray()
        self._channels: Dict[int, Channel] = {}
        #: What the main thread does, in order; None ends it.
        self._work: queue.SimpleQueue[Optional[Callable[[], None]]] = queue.SimpleQueue()

    def run(self) -> None:
        self._modules.need = lambda name: self._tell({"need": name})
        self._modules.need_several = lambda names: self._tell({"needs": names})
        self._logs.start(lambda record: self._tell({"log": record}))
        self._tell({"hello": facts.facts(), **({} if self._modules.kept is None else {"kept": True})})
        self._work.put(lambda: self._modules.load(self._modules.soon))
        for beside in (self._read, self._watch):
            threading.Thread(target=beside, name="conc" + beside.__name__, daemon=True).start()
        for work in iter(self._work.get, None):
            work()
        self._logs.drain()
        self._out.flush(FLUSH)
        self._modules.last()

    def fail(self, raised: BaseException) -> None:
        """A last word: the session ends by a fault of its own."""
        self._out.put(frames.CLOSE, 0, frames.dump_json(describe(raised)), urgent=True)
        self._out.flush(FLUSH)

    def _serve(self, name: str, channel: Channel, request: Any) -> None:
        if channel.gone:
            return
        error = None
        try:
            reply = importlib.import_module("conc_agent.calls." + name).serve(channel, request)
            self._logs.drain()
            channel.send({"reply": reply})
        except BaseException as raised:  # a SystemExit or KeyboardInterrupt of a call is that call's failure
            self._logs.drain()
            error = describe(raised)
        del self._channels[channel.number]
        if not channel.gone:
            self._out.put(frames.CLOSE, channel.number, frames.dump_json(error) if error else b"")

    def _read(self) -> None:
        decoder = frames.Decoder()
        try:
            for data in iter(lambda: os.read(self._source, 1 << 18), b""):
                self._keepalive.heard()
                for frame in decoder.feed(data):
                    self._handle(frame)
        except OSError:
            pass
        except Exception as raised:
            self._out.put(frames.CLOSE, 0, frames.dump_json(describe(raised)), urgent=True)
        self._lose()

    def _handle(self, frame: frames.Frame) -> None:
        if frame.kind == frames.PING:
            self._out.put(frames.PONG, 0, frame.payload, urgent=True)
        elif frame.channel:
            channel = self._channels.get(frame.channel)
            grant = channel.arrived(frame) if channel else 0
            if grant:
                self._out.put(frames.CREDIT, frame.channel, frames.encode_count(grant), urgent=True)
        elif frame.kind == frames.BLOB:
            for name, (text, package) in frames.load_json(zlib.decompress(frame.payload)).items():
                self._modules.add(name, text, package)
        elif frame.kind == frames.MORE:
            self._parts += frame.payload
        elif frame.kind == frames.JSON:
            text, self._parts = bytes(self._parts) + frame.payload, bytearray()
            self._hear(frames.load_json(text))

    def _hear(self, message: Dict[str, Any]) -> None:
        if "module" in message:
            self._modules.add(message["module"], message["source"], message["package"])
        elif "call" in message:
            channel = Channel(message["channel"], self._out.put, self._out.flush)
            self._channels[channel.number] = channel
            name, request = message["call"], _request(message)
            self._work.put(lambda: self._serve(name, channel, request))
        elif "soon" in message:
            self._work.put(lambda: self._modules.load(message["soon"]))
        elif "keepalive" in message:
            self._keepalive.limit(message["keepalive"]["ping"], message["keepalive"]["lost"])
        elif "bye" in message:
            self._work.put(None)

    def _watch(self) -> None:
        self._keepalive.watch(lambda: self._out.put(frames.PING, 0, bytes(8), urgent=True), self._lose)

    def _lose(self) -> None:
        self.gone.set()
        self._keepalive.stop()
        self._modules.close()
        for channel in list(self._channels.values()):
            channel.lose()
        self._out.lose()
        self._work.put(None)

    def _tell(self, message: Dict[str, Any]) -> None:
        if not self.gone.is_set():
            self._out.put(frames.JSON, 0, frames.dump_json(message))


def _request(message: Dict[str, Any]) -> Any:
    """A long one comes deflated."""
    if "deflated" not in message:
        return message.get("request")
    return frames.load_json(frames.inflated(binascii.a2b_base64(message["deflated"])))


def describe(raised: BaseException) -> Dict[str, Any]:
    """An error as the wire carries it."""
    if isinstance(raised, CallError):
        fields = {"code": raised.code, "message": raised.message, "hint": raised.hint, "state": raised.state}
        fields["evidence"] = list(raised.evidence) or None
        return {key: value for key, value in fields.items() if value is not None}
    # Loaded once it is needed, as all that a hello does not need: somebody waits for it.
    import traceback

    code = "protocol.bad-frame" if isinstance(raised, frames.FrameError) else "agent.error"
    message = "%s: %s" % (type(raised).__name__, raised)
    text = "".join(traceback.format_exception(type(raised), raised, raised.__traceback__))
    return {"code": code, "message": message[:TRACEBACK_LIMIT], "traceback": text[-TRACEBACK_LIMIT:]}
