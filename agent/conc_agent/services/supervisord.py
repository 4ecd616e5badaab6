"""``service = supervisord``: supervisor from PyPI, in a venv of its own under the root, without root rights.

It owns the listening sockets (``fcgi-program``), so that processes are restarted one after the other and no request is
lost. The tool lies where ``<root>/tools/supervisor`` points.
"""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from typing import Any, Dict, List, Optional

from conc_agent import applog, listen, outcome, procs
from conc_agent.context import Context
from conc_agent.outcome import Outcome
from conc_agent.services import supervisord_daemon as daemon
from conc_agent.services import supervisord_files as files
from conc_agent.services import supervisord_turns as turns
from conc_agent.services.supervisord_rpc import Groups, Refused, Supervisor, Unreachable

Process = Dict[str, Any]

#: Seconds between two looks at a process that starts or stops.
LOOK = 0.1
#: Seconds that supervisord has to begin what it was told to, and to end a process beyond its stop_timeout.
PATIENCE = 15.0


def needs(root: Path, processes: List[Process]) -> List[str]:
    unmet: List[str] = []
    if any(mark in str(root) for mark in (" ;", " #", "\n", '"')):
        unmet.append("the path %s has signs that supervisord's configuration can't hold" % root)
    for process in processes:
        if process["listen"] is not None:
            unmet += _address_needs(process["name"], listen.parse(process["listen"], root))
    return unmet


def restart(context: Context, processes: List[Process]) -> Outcome:
    unmet = needs(context.root, processes)
    if unmet:
        return outcome.failed("supervisord can't run these processes", unmet, "restart.unfit")
    try:
        return _Restart(context, processes).run()
    except (Refused, Unreachable) as error:
        return outcome.failed("supervisord: %s" % error, daemon.last_words(context.root))
    except daemon.NotStarted as error:
        return outcome.failed(str(error), error.evidence, "restart.supervisord", error.hint)


def stop(root: Path) -> str:
    return daemon.stop(root)


def processes(root: Path) -> List[Dict[str, Any]]:
    """Those that serve; not the ones that hold a socket for them."""
    try:
        known = daemon.answering(root)
        if known is None:
            return []
        with closing(known):
            infos = known.all()
    except (Refused, Unreachable):
        return []
    records = []
    for info in turns.shown(infos):
        pid = info["pid"] or None
        if pid is None or not _holds_socket(pid):
            seen = procs.release_of(pid, root) if pid else None
            records.append({"name": _full_name(info), "state": info["statename"], "pid": pid, "release": seen})
    return records


class _Restart:
    def __init__(self, context: Context, processes: List[Process]) -> None:
        self.context = context
        self.root = context.root
        self.processes = processes
        self.supervisor: Supervisor
        #: Of the processes that drain: in which group they run.
        self.turns: Dict[str, turns.Turn] = {}
        #: What a person reads of it.
        self.said: List[str] = []

    def run(self) -> Outcome:
        before = applog.mark(self.root)
        known = daemon.answering(self.root)
        if known is not None:
            self.supervisor = known
            with closing(known):
                self.turns = turns.choose(known, self.root, self.context.release, self.processes)
                groups = {name: turn.group for name, turn in self.turns.items()}
                files.place(self.root, self.processes, groups)
                return self._bring_up(self._update(), before)
        files.place(self.root, self.processes)
        if not self.processes:
            return outcome.stopped("no process is configured")
        self.supervisor = self._start()
        with closing(self.supervisor):
            result = self._bring_up([process["name"] for process in self.processes], before)
        line = files.crontab_line(self.root)
        return result._replace(hint="so that a reboot starts it too, add this line with crontab -e: " + line)

    def _start(self) -> Supervisor:
        orphans = daemon.end_orphans(self.root)
        if orphans:
            self.said.append("%d left of a supervisord that was killed are ended" % orphans)
        daemon.start(self.context)
        self.said.append("supervisord is started")
        known = daemon.answering(self.root)
        if known is None:
            raise Unreachable("it was started, and doesn't answer")
        return known

    def _update(self) -> List[str]:
        """Take over what the configuration has of other groups; returns those that were begun anew."""
        groups = self._without_turns(self.supervisor.reload())
        for name in groups.removed + groups.changed:
            self.supervisor.stop_group(name)
            while not self.supervisor.remove_group(name):
                self.context.check_cancelled()
                time.sleep(LOOK)
        for name in groups.added + groups.changed:
            self.supervisor.add_group(name)
        if groups.removed:
            self.said.append("%s stopped" % ", ".join(groups.removed))
        if groups.changed:
            self.said.append(
                "%s: socket, count or limits changed, which interrupts requests" % ", ".join(groups.changed)
            )
        return groups.added + groups.changed

    def _without_turns(self, groups: Groups) -> Groups:
        """What drains is told to end once its successor runs, and keeps the limits that it was started with."""
        changed, removed = (
            [name for name in names if turns.process_of(name) not in self.turns]
            for names in (groups.changed, groups.removed)
        )
        return Groups(groups.added, changed, removed)

    def _bring_up(self, new: List[str], before: applog.Mark) -> Outcome:
        """Each process in turn. The first that doesn't come up ends it: those after it go on with what they run.

        Those that don't run come first, as a restart that was cut off leaves them: if the last that runs were stopped
        while they are down, nobody would hold the socket, and requests would be refused.
        """
        total = sum(process["count"] for process in self.processes)
        number = 0
        for process in self.processes:
            touched = 0
            group = self._group(process)
            for member in sorted(files.members(process, group), key=self._is_up):
                number += 1
                if group in new:
                    touched += 1
                elif self._runs(member):
                    continue
                else:
                    touched += 1
                    before = applog.mark(self.root)
                    self._renew(member, process["stopTimeout"])
                trouble = self._await_running(member)
                if trouble:
                    log = applog.lines_since(self.root, before, [files.log_name(process, member)])
                    if process["name"] in self.turns:
                        self.supervisor.stop_group(group)
                    return outcome.failed(
                        "%s did not start: %s" % (turns.plain(member), trouble), log or daemon.last_words(self.root)
                    )
                self.context.progress(number, total, "processes")
            if process["name"] in self.turns:
                self.said += turns.retire(self.supervisor, process["name"], group, self.root)
            if touched:
                self.said.append(process["name"] + (" \u00d7%d, one after the other" % touched if touched > 1 else ""))
        if not self.said:
            return outcome.stopped("every process runs %s already" % self.context.release)
        return outcome.ok("; ".join(self.said))

    def _group(self, process: Process) -> str:
        turn = self.turns.get(process["name"])
        return process["name"] if turn is None else turn.group

    def _is_up(self, member: str) -> bool:
        return self.supervisor.info(member)["statename"] == "RUNNING"

    def _runs(self, member: str) -> bool:
        info = self.supervisor.info(member)
        return info["statename"] == "RUNNING" and procs.release_of(info["pid"], self.root) == self.context.release

    def _renew(self, member: str, stop_timeout: float) -> None:
        if self.supervisor.info(member)["statename"] in turns.UP:
            self.supervisor.stop(member)
        deadline = time.monotonic() + stop_timeout + PATIENCE
        while self.supervisor.info(member)["statename"] not in turns.DOWN:
            if time.monotonic() > deadline:
                raise Refused("%s was told to end, and does not" % member)
            self.context.check_cancelled()
            time.sleep(LOOK)
        self.supervisor.start(member)

    def _await_running(self, member: str) -> Optional[str]:
        """None once it runs; else what became of it. supervisord itself would try again: the first time decides."""
        deadline = time.monotonic() + PATIENCE
        while True:
            info = self.supervisor.info(member)
            state = info["statename"]
            if state == "RUNNING":
                seen = procs.release_of(info["pid"], self.root)
                return None if seen in (None, self.context.release) else "it runs %s" % seen
            if state not in ("STARTING", "STOPPED") or time.monotonic() > deadline:
                return info["spawnerr"] or "it is %s" % state
            self.context.check_cancelled()
            time.sleep(LOOK)


def _address_needs(name: str, address: listen.Address) -> List[str]:
    if address.is_ipv6:
        return ["process %s: supervisord can't listen on IPv6 (%s)" % (name, address.url_host)]
    return listen.path_needs(name, address)


def _holds_socket(pid: int) -> bool:
    known = procs.environment(pid)
    return "CONC_PROCESS" in known and "CONC_RELEASE" not in known


def _full_name(info: Dict[str, Any]) -> str:
    return turns.plain("%s:%s" % (info["group"], info["name"]))
