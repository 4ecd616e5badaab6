"""A server with a master and workers, told of new files: it is seen that its master has taken them up."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import List, NamedTuple, Optional, Pattern, Sequence, Set

from conc_agent.servers import systemctl
from conc_agent.servers.command import run
from conc_agent.servers.server import Found

#: Seconds until a master that was told has new workers. nginx tries for 2.5 s to listen where somebody else does.
_TAKES = 15.0
#: Seconds more until its old ones take no more requests.
_LEAVES = 5.0


class Daemon(NamedTuple):
    """How one is found, asked and told."""

    name: str
    unit: str
    pid_file: str
    #: Asks it about the files in place.
    test: Sequence[str]
    #: Tells it, where there is no systemd.
    reload: Sequence[str]
    #: Where it writes what it did not like.
    log: str
    #: A line there by which it says that it goes on with what it had. None: it ends, or takes its time.
    gives_up: Optional[Pattern[str]] = None


def reload(server: Daemon) -> Found:
    """One that doesn't run is started where the machine is to have it run."""
    tested = run(server.test)
    if tested.code != 0:
        return Found(faults=tested.lines)
    master = _master(server)
    if master is None:
        return _start(server)
    before, read = workers(master), _size(server.log)
    told = run(["systemctl", "reload", server.unit] if _is_unit(server) else server.reload)
    if told.code != 0:
        return Found(faults=[*told.lines, *_said(server.log, read)])
    return _seen(server, master, before, read)


def _seen(server: Daemon, master: int, before: Set[int], read: int) -> Found:
    """That it has new workers, and that those it had take no more requests: so the next one gets what is new."""
    until = time.monotonic() + _TAKES
    while workers(master) <= before:
        over = any(server.gives_up.search(line) for line in _said(server.log, read)) if server.gives_up else False
        if over or time.monotonic() > until or not os.path.exists("/proc/%d" % master):
            why = "%s was told to reload, and has no new worker: it goes on with what it had" % server.name
            return Found(faults=[why, *_said(server.log, read)])
        time.sleep(0.05)
    until = time.monotonic() + _LEAVES
    while any(map(_accepts, before)):
        if time.monotonic() > until:
            return Found(notes=["%s reloaded; workers that it had still end what they began" % server.name])
        time.sleep(0.02)
    return Found(notes=["%s reloaded" % server.name])


def _accepts(worker: int) -> bool:
    """An old worker of nginx says in its title that it is shutting down; one of apache2 goes when it is idle."""
    try:
        title = Path("/proc/%d/cmdline" % worker).read_bytes()
    except OSError:
        return False
    # One that has ended and that nobody has waited for has none.
    return title != b"" and b"shutting down" not in title


def workers(master: int) -> Set[int]:
    """Processes whose parent it is (proc_pid_stat(5), field 4)."""
    found: Set[int] = set()
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                stat = Path("/proc/%s/stat" % name).read_text(errors="replace")
            except OSError:
                continue
            if int(stat.rpartition(")")[2].split()[1]) == master:
                found.add(int(name))
    return found


def _start(server: Daemon) -> Found:
    if not systemctl.runs():
        return Found(notes=["%s does not run: nothing was reloaded" % server.name])
    if not systemctl.is_enabled(server.unit):
        return Found(notes=["%s does not run and is not enabled: it was left so" % server.name])
    started = run(["systemctl", "start", server.unit])
    if started.code != 0:
        return Found(faults=[*started.lines, *systemctl.last_words(server.unit)])
    return Found(notes=["%s did not run: it was started" % server.name])


def _master(server: Daemon) -> Optional[int]:
    if _is_unit(server):
        return systemctl.main_pid(server.unit)
    try:
        pid = int(Path(server.pid_file).read_text())
    except (OSError, ValueError):
        return None
    return pid if os.path.exists("/proc/%d" % pid) else None


def _is_unit(server: Daemon) -> bool:
    return systemctl.runs() and systemctl.main_pid(server.unit) is not None


def _size(log: str) -> int:
    try:
        return os.path.getsize(log)
    except OSError:
        return 0


def _said(log: str, since: int) -> List[str]:
    """What it wrote since, the last lines of it."""
    try:
        with open(log, "rb") as file:
            file.seek(since)
            return file.read(1 << 16).decode("utf-8", "backslashreplace").splitlines()[-8:]
    except OSError:
        return []
