"""Workers that drain, as systemd has them: the new one starts as an instance with the next free number, the old one is
told to end and finishes what it does. systemd goes on watching over it, and kills it past its TimeoutStopSec."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Optional

from conc_agent import applog, outcome
from conc_agent.outcome import Outcome
from conc_agent.services import systemctl
from conc_agent.services import systemd_units as units
from conc_agent.services.restarting import Instance, Restarting
from conc_agent.services.systemd_records import record

Process = Dict[str, Any]
#: Tells units to end, and not to start again by themselves. It waits for none.
End = Callable[[List[str]], None]
#: Starts a unit anew; says what went wrong.
Renew = Callable[[str], Optional[str]]


class Turns(NamedTuple):
    """Which instances of a process stay, come and go."""

    #: Instances that run what they should.
    kept: List[str]
    #: Instances that are to be started.
    fresh: List[str]
    #: Instances that run, and are to end once those run.
    old: List[str]


def choose(root: Path, release: str, process: Process, renewed: bool, system: bool = False) -> Turns:
    """Whose turn it is. ``renewed``: the unit itself changed, so all are started anew. ``system``: of the machine."""
    template = units.service(root, process["name"])
    states = systemctl.shown([template.replace("@.", "@*.")], ["ActiveState", "MainPID"], system)
    taken = {one["Id"]: one for one in states if one.get("Id") and one["ActiveState"] not in ("inactive", "failed")}
    active = [name for name, one in taken.items() if one["ActiveState"] != "deactivating"]
    well = [name for name in active if not renewed and record(root, taken[name])["release"] == release]
    kept = well[: process["count"]]
    numbers = range(1, len(taken) + process["count"] + 1)
    free = [name for name in (units.instance(root, process["name"], n) for n in numbers) if name not in taken]
    return Turns(kept, free[: process["count"] - len(kept)], [name for name in active if name not in kept])


def instances(root: Path, process: Process) -> List[Instance]:
    """Of one that doesn't drain."""
    return [
        Instance(units.member(root, unit), units.log_name(process, number), unit)
        for number, unit in enumerate(units.instances(root, process), 1)
    ]


def take(
    restarting: Restarting, process: Process, renewed: bool, renew: Renew, end: End, system: bool = False
) -> Optional[Outcome]:
    """Bring up one that drains: its successors first, then it is told to end. What went wrong, else None."""
    root, name = restarting.root, process["name"]
    before = applog.mark(root)
    turns = choose(root, restarting.context.release, process, renewed, system)
    trouble = start(turns, renew, end)
    if trouble:
        log = applog.lines_since(root, before, applog.of_process(root, name))
        return outcome.failed("%s did not start: %s" % (name, trouble), log)
    if turns.fresh:
        restarting.said.append(name + (" \u00d7%d" % len(turns.fresh) if len(turns.fresh) > 1 else ""))
    restarting.said += retire(root, turns.old, end, system)
    return None


def start(turns: Turns, renew: Renew, end: End) -> Optional[str]:
    """What went wrong, and ``None`` once all run. What was started for nothing is ended again."""
    for unit in turns.fresh:
        trouble = renew(unit)
        if trouble:
            end(turns.fresh)
            return trouble
    return None


def retire(root: Path, old: List[str], end: End, system: bool = False) -> List[str]:
    """Tell them to end, and wait for none. In words, what goes on ending."""
    if not old:
        return []
    seen = [record(root, one) for one in systemctl.shown(old, ["ActiveState", "MainPID"], system)]
    end(old)
    return ["pid %d of %s drains" % (one["pid"], one["release"] or "before") for one in seen if one["pid"]]
