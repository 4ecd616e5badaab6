"""``service = initscript``: scripts in /etc/init.d, for machines without systemd. Root places and runs them.

Nothing holds a socket while a process is restarted, and nothing starts one again that ended: who can have systemd or
supervisord is better off.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any, Dict, List, Optional

from conc_agent import alive, outcome, procs
from conc_agent.context import Context
from conc_agent.outcome import Outcome
from conc_agent.services import accounts, credentials, initscripts
from conc_agent.services.asking import ask_root
from conc_agent.services.initscripts import Script
from conc_agent.services.restarting import Instance, Restarting
from conc_agent.services.systemctl import Refused

Process = Dict[str, Any]

#: Seconds that a process has to stay up, and that one has to appear in.
STAYS, APPEARS = 1.0, 5.0
LOOK = 0.05
_PROGRAMS = {"start-stop-daemon": ("/sbin", "/usr/sbin"), "update-rc.d": ("/usr/sbin",), "setpriv": ("/usr/bin",)}


def needs(root: Path, processes: List[Process]) -> List[str]:
    if os.path.isdir("/run/systemd/system"):
        return ["service = initscript: this machine was booted with systemd: service = systemd"]
    unmet = [
        "service = initscript: this machine has no %s" % program
        for program, folders in _PROGRAMS.items()
        if not any(os.access("%s/%s" % (folder, program), os.X_OK) for folder in folders)
    ]
    unmet += accounts.needs(root, processes) or _secrets_needs(root, processes)
    for process in processes:
        if process["listen"] is not None:
            unmet.append(
                "process %(name)s: an init script holds no socket: leave process.%(name)s.listen out, "
                "and say in its command where it listens" % process
            )
    return unmet


def _secrets_needs(root: Path, processes: List[Process]) -> List[str]:
    users = {process["user"] for process in accounts.with_accounts(processes)}
    return [
        "service.user: %s can't read the application's secrets, and an init script hands none over: leave it out" % user
        for user in sorted(users)
        if credentials.are_needed(root, user)
    ]


def restart(context: Context, processes: List[Process]) -> Outcome:
    unmet = needs(context.root, processes)
    if unmet:
        return outcome.failed("init scripts can't run these processes", unmet, "restart.unfit")
    try:
        return _Restart(context, accounts.with_accounts(processes)).run()
    except Refused as error:
        return outcome.failed("init script: %s" % error, code="restart.initscript")


def stop(root: Path) -> str:
    """Every process of this root is ended, and its script removed. Raises ``Refused``."""
    found = initscripts.placed(root)
    if not found:
        return ""
    for text in found.values():
        known = initscripts.read(text)
        for number in range(1, known.instances + 1):
            _end(None, root, known, number, accounts.STOP)
    _root(root, "remove")
    return "%d init scripts are stopped and removed" % len(found)


def processes(root: Path) -> List[Dict[str, Any]]:
    known = [initscripts.read(text) for text in initscripts.placed(root).values()]
    return [_record(root, one, number) for one in known for number in range(1, one.instances + 1)]


def _record(root: Path, known: Script, number: int) -> Dict[str, Any]:
    pid = _pid(root, known, number)
    return {
        "name": "%s@%d" % (known.process, number),
        "state": "STOPPED" if pid is None else "RUNNING",
        "pid": pid,
        "release": procs.release_of(pid, root) or alive.held_by(root, pid) if pid else None,
    }


def _pid(root: Path, known: Script, number: int) -> Optional[int]:
    """Of a process that lives, and is that account's: pids come again."""
    try:
        pid = int(initscripts.pid_file(root, known.process, number).read_text())
        return pid if procs.is_alive(pid) and os.stat("/proc/%d" % pid).st_uid == accounts.uid(known.user) else None
    except (OSError, ValueError):
        return None


class _Restart(Restarting):
    """``processes`` have their ``user``."""

    def place(self) -> List[str]:
        wanted, there = initscripts.scripts(self.root, self.processes), initscripts.placed(self.root)
        changed = [name for name, text in wanted.items() if there.get(name) != text]
        gone = [name for name in there if name not in wanted]
        counts = {process["name"]: process["count"] for process in self.processes}
        for known in map(initscripts.read, there.values()):
            surplus = range(counts.get(known.process, 0) + 1, known.instances + 1)
            for number in surplus:
                _end(self.context, self.root, known, number, accounts.STOP)
            if surplus:
                self.said.append("%s: %d fewer" % (known.process, len(surplus)))
        if changed or gone:
            # Who runs as another account can't be ended by the new script.
            for known in [initscripts.read(there[name]) for name in changed if name in there]:
                if known.user != initscripts.read(wanted[initscripts.name(self.root, known.process)]).user:
                    for number in range(1, known.instances + 1):
                        _end(self.context, self.root, known, number, accounts.STOP)
            _root(self.root, "place", processes=self.processes)
        return changed

    def bring_up(self, process: Process, changed: List[str]) -> Optional[Outcome]:
        name = process["name"]
        known = Script(name, process["count"], process["user"])
        renewed = initscripts.name(self.root, name) in changed
        return self.one_after_the_other(
            process,
            [
                Instance("%s@%d" % (name, number), initscripts.log_name(name, number), number)
                for number in range(1, known.instances + 1)
            ],
            lambda one: not renewed and _record(self.root, known, one.unit)["release"] == self.context.release,
            lambda one: self._renew(known, one.unit, process["stopTimeout"]),
        )

    def _renew(self, known: Script, number: int, within: float) -> Optional[str]:
        _end(self.context, self.root, known, number, within)
        _root(self.root, "start", process=known.process, number=number)
        return self._trouble(known, number)

    def _trouble(self, known: Script, number: int) -> Optional[str]:
        """None once it runs this release, and stays up."""
        deadline, up = time.monotonic() + APPEARS, None
        while True:
            self.context.check_cancelled()
            seen = _record(self.root, known, number)
            if seen["release"] not in (None, self.context.release):
                return "it runs %s" % seen["release"]
            if seen["pid"] is None and (up is not None or time.monotonic() > deadline):
                return "it ended" if up is not None else "no process came"
            if seen["pid"] is not None:
                up = up or time.monotonic()
                if time.monotonic() > up + STAYS:
                    return None
            time.sleep(LOOK)


def _end(context: Optional[Context], root: Path, known: Script, number: int, within: float) -> None:
    """Until it has ended; killed where it has not in that time (seconds)."""
    if _pid(root, known, number) is None:
        return
    _root(root, "end", process=known.process, number=number, signal="TERM")
    deadline = time.monotonic() + within
    while _pid(root, known, number) is not None:
        if context is not None:
            context.check_cancelled()
        if time.monotonic() > deadline:
            _root(root, "end", process=known.process, number=number, signal="KILL")
            deadline = time.monotonic() + within
        time.sleep(LOOK)


def _root(root: Path, act: str, **more: Any) -> None:
    ask_root("initscript", root, act, **more)
