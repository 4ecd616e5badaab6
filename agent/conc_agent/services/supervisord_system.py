"""``service = supervisord``, ``service.scope = system``: the supervisor of the machine, which root started.

Only root may ask it anything. What runs is seen here all the same, by the pids that processes note; what has to be
done goes to ``supervisor_root``, one thing at a time. Its listening sockets are held as conc's own supervisord does.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any, Dict, List, Optional

from conc_agent import alive, listen, outcome, procs
from conc_agent.context import Context
from conc_agent.outcome import Outcome
from conc_agent.services import accounts, credentials, supervisor_conf, supervisord_daemon
from conc_agent.services.asking import ask_root
from conc_agent.services.restarting import Instance, Restarting
from conc_agent.services.systemctl import Refused

Process = Dict[str, Any]

#: Seconds that a process has to stay up, that one has to appear in, and to end beyond its stop_timeout.
STAYS, APPEARS, PATIENCE = 1.2, 5.0, 15.0
LOOK = 0.1


def needs(root: Path, processes: List[Process]) -> List[str]:
    unmet: List[str] = []
    if not supervisor_conf.FOLDER.is_dir() or not _runs():
        unmet.append("service.scope = system: no supervisor of this machine runs: apt-get install supervisor")
    if supervisord_daemon.answering(root) is not None:
        own = "%s/supervisor/supervisord.pid" % root
        unmet.append("service.scope = system: conc's own supervisord runs for this root: end it: kill $(cat %s)" % own)
    unmet += accounts.needs(root, processes)
    for process in [] if unmet else accounts.with_accounts(processes):
        unmet += _process_needs(root, process)
    return unmet


def restart(context: Context, processes: List[Process]) -> Outcome:
    unmet = needs(context.root, processes)
    if unmet:
        return outcome.failed("the system's supervisor can't run these processes", unmet, "restart.unfit")
    try:
        return _Restart(context, accounts.with_accounts(processes)).run()
    except Refused as error:
        return outcome.failed("supervisor: %s" % error, code="restart.supervisord")


def stop(root: Path) -> str:
    """Every process of this root is ended, and its file removed. Raises ``Refused``."""
    found = supervisor_conf.read(root)
    if supervisor_conf.placed(root) is None:
        return ""
    _root(root, "remove")
    while _root(root, "settle")["left"]:
        time.sleep(LOOK)
    return "%d programs of the system's supervisor are stopped and removed" % len(found)


def processes(root: Path) -> List[Dict[str, Any]]:
    return [
        _record(root, program.process, index, program.user)
        for program in supervisor_conf.read(root)
        for index in range(program.instances)
    ]


def _record(root: Path, process: str, index: int, user: str) -> Dict[str, Any]:
    pid = _pid(root, process, index, user)
    return {
        "name": "%s:%s_%d" % (process, process, index),
        "state": "STOPPED" if pid is None else "RUNNING",
        "pid": pid,
        "release": procs.release_of(pid, root) or alive.held_by(root, pid) if pid else None,
    }


def _pid(root: Path, process: str, index: int, user: str) -> Optional[int]:
    """Of a process that lives, is that account's, and has the supervisor for its parent: pids come again."""
    try:
        pid = int(supervisor_conf.pid_file(root, process, index).read_text(encoding="ascii"))
        own = os.stat("/proc/%d" % pid).st_uid == accounts.uid(user)
    except (OSError, ValueError):
        return None
    return pid if own and procs.is_alive(pid) and _is_supervisor(procs.parent(pid) or 0) else None


def _runs() -> bool:
    return any(_is_supervisor(pid) for pid in procs.pids())


def _is_supervisor(pid: int) -> bool:
    try:
        return "supervisord" in procs.command_line(pid) and os.stat("/proc/%d" % pid).st_uid == 0
    except OSError:
        return False


def _process_needs(root: Path, process: Process) -> List[str]:
    name, found = process["name"], []
    if credentials.are_needed(root, process["user"]):
        found.append(
            "service.user: %s can't read the application's secrets, and supervisor hands none over: leave it out"
            % process["user"]
        )
    if process["listen"] is not None:
        address = listen.parse(process["listen"], root)
        if address.path is not None or address.is_ipv6:
            found.append("process %s: the system's supervisor listens at IPv4 ports: %s" % (name, process["listen"]))
    if process.get("drain"):
        found.append("process %s: under the system's supervisor none drains: leave out process.%s.drain" % (name, name))
    return found


class _Restart(Restarting):
    """``processes`` have their ``user``."""

    def place(self) -> List[str]:
        """The groups that were begun anew."""
        differs = supervisor_conf.placed(self.root) != supervisor_conf.text(self.root, self.processes)
        members = [(process, index) for process in self.processes for index in range(process["count"])]
        if not differs and all(self._runs(*each) for each in members):
            return []
        return self._settle(differs)

    def _settle(self, differs: bool) -> List[str]:
        """The groups that were begun anew. Also where a change that was cut off has left the file alone."""
        begun: List[str] = []
        changed: List[str] = []
        try:
            if differs:
                _root(self.root, "place", processes=self.processes)
            while True:
                told = _root(self.root, "settle")
                begun += told["begun"]
                changed += [name for name in told["changed"] if name not in changed]
                if not told["left"]:
                    break
                self.context.check_cancelled()
                time.sleep(LOOK)
        except Refused:
            # Processes of our own can be renewed without root, if they stay where they are.
            if differs:
                raise
        if changed:
            text = "%s: socket, count or limits changed, which interrupts requests" % ", ".join(changed)
            self.said.append(text)
        return begun

    def bring_up(self, process: Process, changed: List[str]) -> Optional[Outcome]:
        """Each in turn, those that don't run first: if the last that runs were stopped while they are down, nobody
        would hold the socket."""
        name = process["name"]
        begun = supervisor_conf.group(self.root, name) in changed
        order = sorted(range(process["count"]), key=lambda index: self._seen(process, index)["pid"] is not None)
        return self.one_after_the_other(
            process,
            [
                Instance("%s:%s_%d" % (name, name, index), supervisor_conf.log_name(process, index), index)
                for index in order
            ],
            lambda one: not begun and self._runs(process, one.unit),
            lambda one: self._trouble(process, one.unit, None if begun else self._renew(process, one.unit)),
        )

    def _seen(self, process: Process, index: int) -> Dict[str, Any]:
        return _record(self.root, process["name"], index, process["user"])

    def _runs(self, process: Process, index: int) -> bool:
        return self._seen(process, index)["release"] == self.context.release

    def _renew(self, process: Process, index: int) -> Optional[int]:
        """End it, wait until it has, and have it started; its former pid."""
        former: Optional[int] = self._seen(process, index)["pid"]
        one = {"process": process["name"], "index": index}
        try:
            _root(self.root, "end", **one)
        except Refused:
            # Without root: a process of our own can be ended, and the supervisor starts it again (autorestart). Where
            # none is there it may be about to.
            if not _was_ended(former):
                raise
            return former
        deadline = time.monotonic() + process["stopTimeout"] + PATIENCE
        while _root(self.root, "start", **one)["state"] == "STOPPING":
            if time.monotonic() > deadline:
                raise Refused("%s was told to end, and does not" % process["name"])
            self.context.check_cancelled()
            time.sleep(LOOK)
        return former

    def _trouble(self, process: Process, index: int, former: Optional[int]) -> Optional[str]:
        """None once another process than before runs this release, and stays up."""
        deadline = time.monotonic() + APPEARS + (process["stopTimeout"] if former else 0)
        first: Optional[int] = None
        since = 0.0
        while True:
            self.context.check_cancelled()
            seen = self._seen(process, index)
            pid = seen["pid"] if seen["pid"] != former else None
            if pid is None and (first is not None or time.monotonic() > deadline):
                return self._state(process, index) if first is None else "it ended"
            if pid is not None and first not in (None, pid):
                return "it ended, and was started again"
            if pid is not None and seen["release"] not in (None, self.context.release):
                return "it runs %s" % seen["release"]
            if pid is not None and first is None:
                first, since = pid, time.monotonic()
            if first is not None and time.monotonic() > since + STAYS:
                return None
            time.sleep(LOOK)

    def _state(self, process: Process, index: int) -> str:
        told = _root(self.root, "state", process=process["name"], index=index)
        return told["why"] or "it is %s" % told["state"]


def _was_ended(pid: Optional[int]) -> bool:
    """No process needs no ending."""
    try:
        if pid:
            os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return True


def _root(root: Path, act: str, **more: Any) -> Dict[str, Any]:
    return ask_root("supervisord", root, act, **more)
