"""``service = systemd``, ``service.scope = system``: units of the machine's own manager, placed and started by root.

Looking is done here, as the deploying user; what root has to do goes to ``system_root``, one thing at a time.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from functools import partial
from pathlib import Path
from typing import Any, Dict, List, Optional

from conc_agent import listen, outcome
from conc_agent.context import Context
from conc_agent.outcome import Outcome
from conc_agent.services import accounts, credentials, manifest, system_units, systemctl, systemd_turns
from conc_agent.services import systemd_units as units
from conc_agent.services.asking import ask_root
from conc_agent.services.restarting import Restarting
from conc_agent.services.system_hardened import is_hardened
from conc_agent.services.systemctl import Refused
from conc_agent.services.systemd_records import record, records

Process = Dict[str, Any]

#: Seconds that a process which doesn't say that it is ready has to stay up.
STAYS = 0.5
LOOK = 0.05
_SHOWN = ["ActiveState", "MainPID", "NRestarts", "Result", "Type", "Job"]


def needs(root: Path, processes: List[Process]) -> List[str]:
    if shutil.which("systemctl") is None or not os.path.isdir("/run/systemd/system"):
        return ["service = systemd: this machine was not booted with systemd"]
    unmet = accounts.needs(root, processes)
    try:
        _shown([units.prefix(root) + "*"], [])
    except Refused as error:
        unmet.append("service.scope = system: the machine's service manager doesn't answer: %s" % error)
    own = units.placed(root)
    if own:
        names = " ".join(own)
        unmet.append("service.scope = system: the user's own manager has units of this root: end and remove %s" % names)
    for process in [each for each in processes if each["listen"] is not None]:
        address = listen.parse(process["listen"], root)
        unmet += listen.path_needs(process["name"], address)
        if not manifest.listens_where_it_may(root, address):
            place = "%s/%s.sock" % (manifest.socket_folder(root), process["name"])
            unmet.append(
                "process %s: a socket that root makes lies in a folder of root's: listen = unix:%s"
                % (process["name"], place)
            )
    return unmet


def restart(context: Context, processes: List[Process]) -> Outcome:
    unmet = needs(context.root, processes)
    if unmet:
        return outcome.failed("systemd can't run these processes", unmet, "restart.unfit")
    try:
        return _Restart(context, accounts.with_accounts(processes)).run()
    except Refused as error:
        return outcome.failed("systemd: %s" % error, code="restart.systemd")


def stop(root: Path) -> str:
    """Every unit of this root is stopped, and its file removed. Raises ``Refused``."""
    found = units.placed(root, system_units.FOLDER)
    if not found:
        return ""
    _end(None, root, [*_instances(root, found), *(name for name in found if name.endswith(".socket"))])
    _root(root, "remove")
    return "%d units are stopped and removed" % len(found)


def processes(root: Path) -> List[Dict[str, Any]]:
    if not units.placed(root, system_units.FOLDER):
        return []
    try:
        return records(root, _shown([units.prefix(root) + "*@*.service"], ["ActiveState", "MainPID"]))
    except Refused:
        return []


class _Restart(Restarting):
    """``processes`` have their ``user``."""

    def place(self) -> List[str]:
        wanted = system_units.units(self.root, self.processes)
        there = units.placed(self.root, system_units.FOLDER)
        changed = [name for name, text in wanted.items() if _text(system_units.FOLDER / name) != text]
        gone = [name for name in there if name not in wanted]
        ending = [*self._surplus(there), *(name for name in gone if name.endswith(".socket")), *self._dropped(changed)]
        if ending:
            _end(self.context, self.root, ending)
        if changed or gone or ending or self._lacks_secrets() or not self._is_enabled():
            _root(self.root, "place", processes=self.processes)
        if gone:
            self.said.append("removed: " + ", ".join(gone))
        return changed

    def _lacks_secrets(self) -> bool:
        needed = any(credentials.are_needed(self.root, process["user"]) for process in self.processes)
        return needed and credentials.differ(self.root)

    def _surplus(self, there: List[str]) -> List[str]:
        wanted = [name for process in self.processes for name in units.instances(self.root, process)]
        turning = [units.service(self.root, process["name"]) for process in self.processes if process.get("drain")]
        there = [name for name in there if name not in turning]
        ended = [name for name in _instances(self.root, there) if name not in wanted]
        if ended:
            self.said.append("ended: " + ", ".join(units.member(self.root, name) for name in ended))
        return ended

    def _dropped(self, changed: List[str]) -> List[str]:
        """A socket can't be renewed under the processes that have it."""
        found: List[str] = []
        for process in self.processes:
            socket = units.socket(self.root, process["name"])
            if socket in changed and _shown([socket], ["ActiveState"])[0]["ActiveState"] == "active":
                found += [socket, *units.instances(self.root, process)]
                self.said.append("%s: the socket changed, which drops connections" % process["name"])
        return found

    def _is_enabled(self) -> bool:
        steady = [process for process in self.processes if not process.get("drain")]
        wanted = [name for process in steady for name in units.instances(self.root, process)]
        wanted += [units.socket(self.root, each["name"]) for each in self.processes if each["listen"] is not None]
        found = _shown(wanted, ["UnitFileState", "ActiveState"])
        return all(
            unit["UnitFileState"] == "enabled" and (unit["ActiveState"] == "active" or "@" in unit["Id"])
            for unit in found
        )

    def bring_up(self, process: Process, changed: List[str]) -> Optional[Outcome]:
        renewed = units.service(self.root, process["name"]) in changed
        user = process["user"]
        if process.get("drain"):
            renew = partial(self._renew, user=user, changed=renewed)
            return systemd_turns.take(self, process, renewed, renew, self._tell_to_end, system=True)
        return self.one_after_the_other(
            process,
            systemd_turns.instances(self.root, process),
            lambda one: not renewed and self._runs(one.unit),
            lambda one: self._renew(one.unit, user, renewed),
            lambda one: "on the node: sudo journalctl -n 20 -u '%s'" % one.unit,
        )

    def _tell_to_end(self, names: List[str]) -> None:
        _root(self.root, "end", units=names)

    def _runs(self, unit: str) -> bool:
        seen = record(self.root, _shown([unit], ["ActiveState", "MainPID"])[0])
        return seen["state"] == "RUNNING" and seen["release"] == self.context.release

    def _renew(self, unit: str, user: str, changed: bool) -> Optional[str]:
        """None once it runs this release, as a unit that is hardened; else what became of it."""
        before = _shown([unit], _SHOWN)[0]
        restarts = 0
        try:
            _root(self.root, "start", unit=unit)
        except Refused:
            # Without root: a process of our own can be ended, and its manager starts it again (Restart=always).
            if changed or not (_will_start(before) or _was_ended(int(before["MainPID"]))):
                raise
            restarts = int(before["NRestarts"]) + 1
        return self._trouble(unit, user, int(before["MainPID"]), restarts)

    def _trouble(self, unit: str, user: str, former: int, restarts: int) -> Optional[str]:
        """Root does not wait for what it starts: that is done here, where it can be cancelled."""
        up: Optional[float] = None
        while True:
            self.context.check_cancelled()
            found = _shown([unit], _SHOWN)[0]
            seen = record(self.root, found)
            pid, state = int(found["MainPID"]), seen["state"]
            if found.get("Job", "0") in ("", "0") and (pid == 0 or pid != former):
                if int(found["NRestarts"]) > restarts or state in ("FATAL", "STOPPED"):
                    return "it is %s (%s)" % (state, found["Result"])
                if state == "RUNNING" and seen["release"] not in (None, self.context.release):
                    return "it runs %s" % seen["release"]
                up = (up or time.monotonic()) if state == "RUNNING" else None
                if up is not None and (found["Type"] == "notify" or time.monotonic() > up + STAYS):
                    return None if is_hardened(pid, user) else "its hardening is without effect here"
            time.sleep(LOOK)


def _will_start(found: Dict[str, str]) -> bool:
    """No process is there, and its manager is about to start one: its start is queued, or RestartSec runs."""
    return found["MainPID"] == "0" and (found["ActiveState"] == "activating" or found.get("Job", "0") not in ("", "0"))


def _was_ended(pid: int) -> bool:
    """0: there is none."""
    try:
        if pid:
            os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return pid != 0


def _end(context: Optional[Context], root: Path, names: List[str]) -> None:
    """Until they have ended: root says so, and does not wait."""
    _root(root, "end", units=names)
    while any(unit["ActiveState"] not in ("inactive", "failed") for unit in _shown(names, ["ActiveState"])):
        if context is not None:
            context.check_cancelled()
        time.sleep(LOOK)


def _instances(root: Path, placed: List[str]) -> List[str]:
    """Those that the manager has of the templates that lie there."""
    patterns = [name.replace("@.", "@*.") for name in placed if "@." in name]
    return [unit["Id"] for unit in _shown(patterns, []) if units.belongs(root, unit.get("Id", ""))]


def _shown(names: List[str], keys: List[str]) -> List[Dict[str, str]]:
    return systemctl.shown(names, keys, system=True)


def _root(root: Path, act: str, **more: Any) -> None:
    ask_root("systemd", root, act, **more)


def _text(path: Path) -> Optional[str]:
    try:
        return os.fsdecode(path.read_bytes())
    except FileNotFoundError:
        return None
