"""A root with the real supervisor from PyPI, and a small application that takes its socket as systemd gives it."""

from __future__ import annotations

import atexit
import http.client
import os
import shutil
import signal
import socket
import tempfile
import threading
import venv
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple
from unittest import mock

from conc_agent import procs
from conc_agent.calls import run, stop
from conc_agent.services import supervisord_files
from conc_agent.unix_http import UnixConnection

from ..controller import Controller
from ..install.downloads import fetch
from ..making import RootCase, health, make_release, process, request, switching

APP = """
import http.server, os, signal, socket, sys, threading

assert os.environ["LISTEN_FDS"] == "1" and os.environ["LISTEN_PID"] == str(os.getpid())
assert os.read(0, 1) == b""

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = (os.environ["CONC_RELEASE"] + " " + str(os.getpid())).encode()
        self.send_response(STATUS)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

class Server(http.server.HTTPServer):
    def get_request(self):
        accepted = self.socket.accept()[0]
        accepted.setblocking(True)
        return accepted, ("someone", 0)

server = Server(("", 0), Handler, bind_and_activate=False)
server.socket.close()
server.socket = socket.socket(fileno=3)
# Several processes wait on one socket: who comes second finds nothing.
server.socket.setblocking(False)
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
print("serving", os.environ["CONC_RELEASE"], flush=True)
server.serve_forever(0.05)
"""
SUPERVISOR = "supervisor==4.3.0 --hash=sha256:0bcb763fddafba410f35cbde226aa7f8514b9fb82eb05a0c85f6588d1c13f8db"
BROKEN = 'import sys\nsys.exit("no such column: colour")\n'


class SupervisordCase(RootCase):
    start_seconds = 0
    """Nothing is waited for, but where a test is about processes that don't stay up, or about requests meanwhile."""

    def setUp(self) -> None:
        super().setUp()
        waiting = mock.patch.object(supervisord_files, "START_SECONDS", self.start_seconds)
        waiting.start()
        self.addCleanup(waiting.stop)
        self.port = free_port()
        self.place_tool(self.root)
        self.addCleanup(self.end_everything, self.root)

    def place_tool(self, root: Path) -> None:
        shutil.copytree(str(supervisor()), str(root / "tools" / "supervisor-4.3.0-00000000"), symlinks=True)

    def end_everything(self, root: Path) -> None:
        try:
            stop.serve(Controller().channel, {"root": str(root), "service": "supervisord"})
        finally:
            for pid in list(procs.pids()):
                if procs.environment(pid).get("CONC_ROOT") == str(root) and procs.is_alive(pid):
                    os.kill(pid, signal.SIGKILL)

    def web(self, count: int = 1, **more: Any) -> Dict[str, Any]:
        return dict(process("web", "python app.py", "127.0.0.1:%d" % self.port, count), **more)

    def make(self, name: str, processes: List[Dict[str, Any]], app: str = APP, status: int = 200) -> None:
        make_release(self.root, name, processes)
        (self.root / "releases" / name / "app.py").write_text(app.replace("STATUS", str(status)))

    def deploy(self, name: str, controller: Optional[Controller] = None) -> Dict[str, Any]:
        self.controller = controller or Controller()
        asked = health(None, url="/healthz", tries=8, interval=0.2, timeout=20)
        jobs = switching(self.root, name, asked, "supervisord")
        return run.serve(self.controller.channel, request(self.root, name, jobs))

    def get(self) -> Tuple[str, int]:
        """The release that answers, and its pid."""
        return ask(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10))

    def running(self) -> List[int]:
        return [pid for pid in procs.pids() if procs.environment(pid).get("CONC_ROOT") == str(self.root)]


class Clients:
    """Threads that ask without a pause: ``with Clients(port) as clients: …``; then what they got."""

    def __init__(self, port: int, count: int = 3) -> None:
        self.answers: List[str] = []
        self.failures: List[str] = []
        self._port = port
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(count)]

    def __enter__(self) -> Clients:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _ask(self) -> None:
        while not self._over.is_set():
            try:
                self.answers.append(ask(http.client.HTTPConnection("127.0.0.1", self._port, timeout=20))[0])
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(repr(error))
            self._over.wait(0.005)


def ask(connection: http.client.HTTPConnection) -> Tuple[str, int]:
    try:
        connection.request("GET", "/")
        release, pid = connection.getresponse().read().decode().split()
        return release, int(pid)
    finally:
        connection.close()


def ask_unix(path: str) -> Tuple[str, int]:
    return ask(UnixConnection(path, 10))


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@lru_cache(maxsize=None)
def supervisor() -> Path:
    """The tool's folder, made once: a venv with supervisor, a pure wheel, unpacked in it."""
    folder = Path(tempfile.mkdtemp(prefix="conc-supervisor-"))
    atexit.register(shutil.rmtree, str(folder), True)
    venv.EnvBuilder(symlinks=True, with_pip=False).create(str(folder / "venv"))
    packages = next((folder / "venv" / "lib").glob("python3*")) / "site-packages"
    with zipfile.ZipFile(str(fetch(SUPERVISOR)[0])) as wheel:
        wheel.extractall(str(packages))
    (folder / "tool.json").write_text('{"wheels": []}')
    return folder
