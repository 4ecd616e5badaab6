"""``service = systemd``: units of the deploying user's own manager, without root rights; the user lingers.

systemd holds the listening sockets, so connections wait while a process is restarted: none is refused.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import Any, Dict, List, Optional

from conc_agent import durable, listen, logind, outcome
from conc_agent.context import Context
from conc_agent.outcome import Outcome
from conc_agent.services import systemctl, systemd_turns
from conc_agent.services import systemd_units as units
from conc_agent.services.restarting import Restarting
from conc_agent.services.systemctl import Refused
from conc_agent.services.systemd_records import record, records

Process = Dict[str, Any]

#: Seconds that a process which doesn't say that it is ready has to stay up.
STAYS = 0.5
LOOK = 0.05


def needs(root: Path, processes: List[Process]) -> List[str]:
    if shutil.which("systemctl") is None or not os.path.isdir("/run/systemd/system"):
        return ["service = systemd: this machine was not booted with systemd"]
    if os.getuid() == 0:
        return ["service = systemd as root would run the application as root: deploy as an ordinary user"]
    unmet: List[str] = []
    if not logind.lingers():
        unmet.append(
            "service = systemd: the user's processes end with the last log-in: run once, as root: "
            "loginctl enable-linger " + logind.user()
        )
    elif not systemctl.answers():
        unmet.append("service = systemd: the user's service manager doesn't answer at %s" % systemctl.runtime())
    for process in processes:
        if process["listen"] is not None:
            unmet += listen.path_needs(process["name"], listen.parse(process["listen"], root))
    return unmet


def restart(context: Context, processes: List[Process]) -> Outcome:
    unmet = needs(context.root, processes)
    if unmet:
        return outcome.failed("systemd can't run these processes", unmet, "restart.unfit")
    try:
        return _Restart(context, processes).run()
    except Refused as error:
        return outcome.failed("systemd: %s" % error, code="restart.systemd")


def stop(root: Path) -> str:
    """Every unit of this root is stopped, and its file removed."""
    found = units.placed(root)
    if not found or not systemctl.answers():
        return ""
    _remove(root, found)
    return "%d units are stopped and removed" % len(found)


def processes(root: Path) -> List[Dict[str, Any]]:
    if not units.placed(root) or not systemctl.answers():
        return []
    try:
        found = systemctl.shown([units.prefix(root) + "*@*.service"], ["ActiveState", "MainPID"])
    except Refused:
        return []
    return records(root, found)


class _Restart(Restarting):
    def place(self) -> List[str]:
        wanted = units.units(self.root, self.processes)
        there = units.placed(self.root)
        gone = [name for name in there if name not in wanted]
        if gone:
            _remove(self.root, gone)
            self.said.append("removed: " + ", ".join(gone))
        folder = units.folder()
        folder.mkdir(parents=True, exist_ok=True)
        changed = [name for name, text in wanted.items() if _text(folder / name) != text]
        for name in changed:
            durable.write_file(folder / name, os.fsencode(wanted[name]))
        if changed:
            systemctl.tell(self.context, "daemon-reload")
        return changed

    def bring_up(self, process: Process, changed: List[str]) -> Optional[Outcome]:
        """Its socket, then each of its instances in turn."""
        socket = units.socket(self.root, process["name"])
        if process["listen"] is not None:
            self._listen(process, socket, socket in changed)
        renewed = units.service(self.root, process["name"]) in changed
        if process.get("drain"):
            return systemd_turns.take(self, process, renewed, self._renew, self._tell_to_end)
        self._end_surplus(process, units.instances(self.root, process))
        return self.one_after_the_other(
            process,
            systemd_turns.instances(self.root, process),
            lambda one: not renewed and self._runs(one.unit),
            lambda one: self._renew(one.unit),
        )

    def _tell_to_end(self, names: List[str]) -> None:
        systemctl.tell(None, "disable", "--quiet", *names)
        systemctl.tell(None, "stop", "--no-block", *names)

    def _listen(self, process: Process, socket: str, changed: bool) -> None:
        state = systemctl.shown([socket], ["ActiveState"])[0]["ActiveState"]
        if changed and state == "active":
            # It can't be renewed under the processes that have it.
            systemctl.tell(self.context, "stop", socket, *units.instances(self.root, process))
            self.said.append("%s: the socket changed, which drops connections" % process["name"])
        systemctl.tell(self.context, "enable", "--quiet", "--now", socket)

    def _end_surplus(self, process: Process, wanted: List[str]) -> None:
        own = units.service(self.root, process["name"]).replace("@.", "@*.")
        ended = [unit["Id"] for unit in systemctl.shown([own], []) if unit.get("Id") and unit["Id"] not in wanted]
        if ended:
            systemctl.tell(self.context, "disable", "--quiet", "--now", *ended)
            self.said.append("%s: %d fewer" % (process["name"], len(ended)))

    def _runs(self, unit: str) -> bool:
        seen = record(self.root, systemctl.shown([unit], ["ActiveState", "MainPID"])[0])
        return seen["state"] == "RUNNING" and seen["release"] == self.context.release

    def _renew(self, unit: str) -> Optional[str]:
        """None once it runs this release, as a unit that is hardened; else what became of it."""
        try:
            systemctl.tell(self.context, "reset-failed", unit)
        except Refused:
            pass
        try:
            systemctl.tell(self.context, "enable", "--quiet", unit)
            systemctl.tell(self.context, "restart", unit)
        except Refused as error:
            return str(error)
        deadline = time.monotonic() + STAYS
        while True:
            found = systemctl.shown([unit], ["ActiveState", "MainPID", "NRestarts", "Result", "Type"])[0]
            seen = record(self.root, found)
            if seen["state"] != "RUNNING" or found.get("NRestarts", "0") != "0":
                return "it is %s (%s)" % (seen["state"], found["Result"])
            if seen["release"] not in (None, self.context.release):
                return "it runs %s" % seen["release"]
            if found["Type"] == "notify" or time.monotonic() > deadline:
                return None if _is_hardened(seen["pid"]) else "its hardening is without effect here"
            self.context.check_cancelled()
            time.sleep(LOOK)


def _is_hardened(pid: int) -> bool:
    """By the kernel's word, not by the unit's: no new privileges, and mounts and users of its own."""
    try:
        with open("/proc/%d/status" % pid, encoding="ascii", errors="replace") as file:
            privileges = "NoNewPrivs:\t1" in file.read()
        return privileges and all(
            os.readlink("/proc/%d/ns/%s" % (pid, kind)) != os.readlink("/proc/self/ns/" + kind)
            for kind in ("mnt", "user")
        )
    except OSError:
        return False


def _remove(root: Path, names: List[str]) -> None:
    folder = units.folder()
    running = [name.replace("@.", "@*.") for name in names]
    systemctl.tell(None, "stop", *running)
    loaded = systemctl.shown([name for name in running if "@" in name], [])
    for name in [*(unit["Id"] for unit in loaded if unit.get("Id")), *(name for name in names if "@" not in name)]:
        systemctl.tell(None, "disable", "--quiet", name)
    for name in names:
        durable.remove(folder / name)
    systemctl.tell(None, "daemon-reload")


def _text(path: Path) -> Optional[str]:
    try:
        return os.fsdecode(path.read_bytes())
    except FileNotFoundError:
        return None
