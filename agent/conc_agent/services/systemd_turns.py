"""Workers that drain, as systemd has them: the new one starts as an instance with the next free number, the old one is
told to end and finishes what it does. systemd goes on watching over it, and kills it past its TimeoutStopSec."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Optional

from conc_agent import procs
from conc_agent.context import Context
from conc_agent.services import systemctl
from conc_agent.services import systemd_units as units

Process = Dict[str, Any]


class Turns(NamedTuple):
    """Which instances of a process stay, come and go."""

    #: Instances that run what they should.
    kept: List[str]
    #: Instances that are to be started.
    fresh: List[str]
    #: Instances that run, and are to end once those run.
    old: List[str]


def choose(root: Path, release: str, process: Process, renewed: bool) -> Turns:
    """Whose turn it is. ``renewed``: the unit itself changed, so all are started anew."""
    template = units.service(root, process["name"])
    states = systemctl.shown([template.replace("@.", "@*.")], ["ActiveState", "MainPID"])
    taken = {one["Id"]: one for one in states if one.get("Id") and one["ActiveState"] not in ("inactive", "failed")}
    active = [name for name, one in taken.items() if one["ActiveState"] != "deactivating"]
    well = [name for name in active if not renewed and procs.release_of(int(taken[name]["MainPID"]), root) == release]
    kept = well[: process["count"]]
    numbers = range(1, len(taken) + process["count"] + 1)
    free = [name for name in (units.instance(root, process["name"], n) for n in numbers) if name not in taken]
    return Turns(kept, free[: process["count"] - len(kept)], [name for name in active if name not in kept])


def start(turns: Turns, renew: Callable[[str], Optional[str]]) -> Optional[str]:
    """What went wrong, and ``None`` once all run. What was started for nothing is ended again."""
    for unit in turns.fresh:
        trouble = renew(unit)
        if trouble:
            systemctl.tell(None, "disable", "--quiet", *turns.fresh)
            systemctl.tell(None, "stop", "--no-block", *turns.fresh)
            return trouble
    return None


def retire(context: Context, root: Path, old: List[str]) -> List[str]:
    """Tell them to end, and wait for none. In words, what goes on ending."""
    if not old:
        return []
    pids = [int(one["MainPID"]) for one in systemctl.shown(old, ["MainPID"])]
    systemctl.tell(context, "disable", "--quiet", *old)
    systemctl.tell(context, "stop", "--no-block", *old)
    return ["pid %d of %s drains" % (pid, procs.release_of(pid, root) or "before") for pid in pids if pid]
