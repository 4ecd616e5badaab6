"""Service kinds: who starts the application's processes, and starts them again."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any, Dict, List, Optional, Protocol

from conc_agent.context import Context
from conc_agent.outcome import Outcome

#: ``{name, command, count, listen, env, ready, stopTimeout, user?}`` of a release file.
Process = Dict[str, Any]

KINDS = ("none", "supervisord", "supervisord_system", "systemd", "systemd_system", "initscript")
#: Those whose units or scripts are root's.
OF_ROOT = ("systemd_system", "supervisord_system", "initscript")


class Service(Protocol):
    """What each module of this package has."""

    def needs(self, root: Path, processes: List[Process]) -> List[str]:
        """What keeps this service kind from running these processes here: a line each, empty: nothing."""
        ...

    def restart(self, context: Context, processes: List[Process]) -> Outcome:
        """Bring the processes of ``context.release`` up, one after the other. STOPPED: they run already."""
        ...

    def stop(self, root: Path) -> str:
        """End the service manager and every process of this root; what was done, "": there was nothing to end."""
        ...

    def processes(self, root: Path) -> List[Dict[str, Any]]:
        """``ProcessRecord`` of src/release/types.ts, for each process that the manager knows."""
        ...


def named(kind: str) -> Service:
    if kind not in KINDS:
        raise ValueError("service = %s: the kinds are %s" % (kind, ", ".join(KINDS)))
    module: Any = importlib.import_module("conc_agent.services." + kind)
    return module


def sudo_commands(kind: str) -> Optional[List[str]]:
    """What sudo has to allow for this service kind, as shell words. None: it needs no sudo here."""
    if kind not in OF_ROOT or os.geteuid() == 0:
        return None
    privileged: Any = importlib.import_module("conc_agent.etc.privileged")
    return privileged.commands("units")
