"""The way to conc, which holds the connection to the far end: a socket that only this user can reach."""

from __future__ import annotations

import os
import socket
import threading
from typing import Any, Dict, Iterator, List, Optional

from conc_agent import frames
from execnet.gateway_bootstrap import HostNotFound

#: Names the socket; set by ``conc run``.
SOCKET = "CONC_RUN_SOCKET"
READ = 1 << 18


class Connection:
    """One gateway's. ``remoteaddress`` is what the specification said behind ``ssh=`` or ``conc=``."""

    def __init__(self, request: Dict[str, Any], remoteaddress: Optional[str]) -> None:
        """HostNotFound: the machine can't be logged in to. OSError: the interpreter can't be started."""
        if remoteaddress is not None:
            self.remoteaddress = remoteaddress
        self._request = request
        self._over = threading.Event()
        self._socket, answer, self._rest = _ask(request)
        self._number = answer["gateway"]

    def read(self) -> bytes:
        if self._rest:
            rest, self._rest = self._rest, b""
            return rest
        try:
            data = self._socket.recv(READ)
        except OSError:
            data = b""
        if not data:
            self._socket.close()
            self._over.set()
        return data

    def write(self, data: bytes) -> None:
        self._socket.sendall(data)

    def close_write(self) -> None:
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:
            # conc, or the far end, was quicker.
            pass

    def wait(self, timeout: Optional[float] = None) -> bool:
        """Until the process that carried it has ended. False: it did not within the time."""
        return self._over.wait(timeout)

    def kill(self) -> None:
        try:
            _ask({"kill": self._number})[0].close()
        except OSError:
            pass


def _ask(request: Dict[str, Any]) -> Any:
    path = os.environ.get(SOCKET)
    if not path:
        raise OSError("this is conc's own execnet: it works in a script that is run by `conc run SCRIPT NODE`")
    link = socket.socket(socket.AF_UNIX)
    try:
        link.connect(path)
        for kind, part in frames.split_json(frames.dump_json(request)):
            link.sendall(frames.encode(kind, 0, part))
        decoder = frames.Decoder()
        frame = next(_frames(link, decoder), None)
        if frame is None:
            raise OSError("conc is gone")
        answer = frames.load_json(frame.payload)
        if frame.kind == frames.CLOSE:
            raise _error(request, answer)
    except BaseException:
        link.close()
        raise
    return link, answer, decoder.rest


def _frames(link: socket.socket, decoder: frames.Decoder) -> Iterator[frames.Frame]:
    for data in iter(lambda: link.recv(READ), b""):
        yield from decoder.feed(data)


def _error(request: Dict[str, Any], error: Dict[str, Any]) -> Exception:
    lines: List[str] = [error["message"], *("| " + line for line in error.get("evidence", []))]
    if error.get("hint"):
        lines.append(error["hint"])
    text = "\n".join(lines)
    if error["code"].startswith("gateway.") and request.get("kind") != "popen":
        return HostNotFound(text)
    return ValueError(text) if error["code"].startswith("run.") else OSError(text)
