"""Units of processes as ``ProcessRecord`` of src/release/types.ts, by what systemd and the kernel say of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Tuple

from conc_agent import alive, procs
from conc_agent.services import systemd_units as units

#: The words that every service kind uses.
STATES = {"active": "RUNNING", "activating": "STARTING", "deactivating": "STOPPING", "failed": "FATAL"}


def records(root: Path, shown: List[Dict[str, str]]) -> List[Dict[str, Any]]:
    """Of units with ``Id``, ``ActiveState`` and ``MainPID``; those of other roots are left out."""
    found = [record(root, unit) for unit in shown if units.belongs(root, unit.get("Id", ""))]
    return sorted(found, key=_in_order)


def record(root: Path, unit: Dict[str, str]) -> Dict[str, Any]:
    pid = int(unit["MainPID"]) or None
    return {
        "name": units.member(root, unit["Id"]),
        "state": STATES.get(unit["ActiveState"], "STOPPED"),
        "pid": pid,
        # Of another user's process the kernel tells the locks, and not the environment.
        "release": procs.release_of(pid, root) or alive.held_by(root, pid) if pid else None,
    }


def _in_order(one: Dict[str, Any]) -> Tuple[str, int]:
    process, _, number = one["name"].rpartition("@")
    return process, int(number)
