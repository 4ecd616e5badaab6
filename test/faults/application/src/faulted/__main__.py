"""Answers every request with ``{"version", "release", "page"}`` on the socket that the launcher hands over (descriptor 3).

One request at a time: several processes share the socket. SIGTERM lets the request that runs come to its end.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
from pathlib import Path

from faulted import VERSION

PAGES = Path(__file__).parent / "pages"


def serve(listening: socket.socket) -> None:
    near, far = socket.socketpair()
    for end in (near, far, listening):
        end.setblocking(False)
    signal.set_wakeup_fd(far.fileno())
    signal.signal(signal.SIGTERM, lambda *_: None)
    while near not in select.select([listening, near], [], [])[0]:
        try:
            asker, _ = listening.accept()
        except BlockingIOError:
            continue  # The other process was quicker.
        with asker:
            answer(asker)


def answer(asker: socket.socket) -> None:
    asker.settimeout(5)
    try:
        if asker.recv(1 << 16):
            asker.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" + said())
            asker.shutdown(socket.SHUT_WR)
            while asker.recv(1 << 16):
                pass
    except OSError:
        pass


def said() -> bytes:
    page = (PAGES / "0.txt").read_text(encoding="ascii").split(" ", 1)[0]
    return json.dumps({"version": VERSION, "release": os.environ["CONC_RELEASE"], "page": page}).encode("ascii")


if __name__ == "__main__":
    serve(socket.socket(fileno=3))
