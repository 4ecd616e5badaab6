"""supervisord itself: is it there, starting it, ending it, and what it leaves when it is killed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import List, Optional

from conc_agent import procs
from conc_agent.context import Context
from conc_agent.services import supervisord_files as files
from conc_agent.services.supervisord_rpc import Supervisor, Unreachable

#: Seconds that supervisord has to become a daemon, and to answer once it is one.
START_LIMIT = 30.0
ANSWER_LIMIT = 5.0
#: Seconds beyond the longest stop_timeout of its configuration that a shutdown may take.
STOP_GRACE = 20.0
ORPHAN_LIMIT = 10.0


class NotStarted(Exception):
    """supervisord can't be started."""

    def __init__(self, message: str, evidence: List[str], hint: Optional[str] = None) -> None:
        super().__init__(message)
        self.evidence = evidence
        self.hint = hint


def answering(root: Path) -> Optional[Supervisor]:
    """The supervisord of this root; None: it doesn't run. One that runs and doesn't answer raises ``Unreachable``."""
    deadline = time.monotonic() + ANSWER_LIMIT
    while True:
        supervisor = Supervisor(files.control_socket(root))
        try:
            supervisor.pid()
            return supervisor
        except Unreachable:
            supervisor.close()
            pid = _pid(root)
            if pid is None:
                return None
            if time.monotonic() > deadline:
                raise Unreachable(
                    "it runs as pid %d, and doesn't answer on %s" % (pid, files.control_socket(root))
                ) from None
            time.sleep(0.1)


def start(context: Context) -> None:
    """Start it as a daemon that has nothing of this session: no descriptors, no environment, no terminal."""
    root = context.root
    if not (root / "tools" / "supervisor").exists():
        raise NotStarted(
            "there is no supervisor in %s/tools" % root, [], "deploy a bundle that was built with service = supervisord"
        )
    words = root / "supervisor" / "start.log"
    with open(str(words), "wb") as log:
        process = subprocess.Popen(
            [str(root / "bin" / "supervisord")],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
        )
    deadline = time.monotonic() + START_LIMIT
    try:
        while process.poll() is None:
            if time.monotonic() > deadline:
                raise NotStarted("supervisord did not become a daemon within %g s" % START_LIMIT, _lines(words))
            context.check_cancelled()
            time.sleep(0.05)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    if process.returncode != 0:
        raise NotStarted("supervisord can't be started (exit %d)" % process.returncode, _lines(words))


def stop(root: Path) -> str:
    """End supervisord, which ends its processes, and what an earlier one has left."""
    supervisor = answering(root)
    ended: List[int] = []
    if supervisor is not None:
        with closing(supervisor):
            pid = supervisor.pid()
            ended = [info["pid"] for info in supervisor.all() if info["pid"]]
            supervisor.shutdown()
        _await_end(pid, _longest_stop(root) + STOP_GRACE)
    orphans = end_orphans(root)
    files.remove_socket_folder(root)
    if supervisor is None and not orphans:
        return ""
    return "supervisord and %d processes are stopped" % (len(ended) + orphans)


def end_orphans(root: Path) -> int:
    """End what a supervisord that was killed has left: it would hold the sockets. Only while none runs."""
    found = _orphans(root)
    for sign, limit in ((signal.SIGTERM, ORPHAN_LIMIT), (signal.SIGKILL, 1.0)):
        for pid in _orphans(root):
            _signal(pid, sign)
        deadline = time.monotonic() + limit
        while _orphans(root) and time.monotonic() < deadline:
            time.sleep(0.05)
    return len(found)


def last_words(root: Path) -> List[str]:
    """The end of supervisord's own log."""
    return _lines(root / "supervisor" / "supervisord.log")


def _pid(root: Path) -> Optional[int]:
    """By its pid file, if that process is what it says."""
    try:
        pid = int((root / "supervisor" / "supervisord.pid").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return pid if procs.is_alive(pid) and str(files.conf_path(root)) in procs.command_line(pid) else None


def _orphans(root: Path) -> List[int]:
    url = "unix://" + files.control_socket(root)
    return [
        pid
        for pid in procs.pids()
        if procs.environment(pid).get("SUPERVISOR_SERVER_URL") == url and procs.is_alive(pid) and pid != os.getpid()
    ]


def _await_end(pid: int, limit: float) -> None:
    deadline = time.monotonic() + limit
    while procs.is_alive(pid):
        if time.monotonic() > deadline:
            raise Unreachable("it was told to end %g s ago, and pid %d still runs" % (limit, pid))
        time.sleep(0.05)


def _longest_stop(root: Path) -> float:
    try:
        text = files.conf_path(root).read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return 0
    return max((float(found) for found in re.findall(r"(?m)^stopwaitsecs = (\d+)", text)), default=0)


def _signal(pid: int, sign: int) -> None:
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        pass


def _lines(path: Path, count: int = 20) -> List[str]:
    try:
        return path.read_text(encoding="utf-8", errors="backslashreplace").splitlines()[-count:]
    except OSError:
        return []
