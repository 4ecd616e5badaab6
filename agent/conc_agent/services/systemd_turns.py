"""Workers that drain, as systemd has them: the new one starts as an instance with the next free number, the old one is
told to end and finishes what it does. systemd goes on watching over it, and kills it past its TimeoutStopSec."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Optional

from conc_agent.services import systemctl
from conc_agent.services import systemd_units as units
from conc_agent.services.systemd_records import record

Process = Dict[str, Any]
#: Tells units to end, and not to start again by themselves. It waits for none.
End = Callable[[List[str]], None]


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


def start(turns: Turns, renew: Callable[[str], Optional[str]], end: End) -> Optional[str]:
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
