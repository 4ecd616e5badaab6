"""What root does for the units of a root's processes: these few things, and to no other unit. Nothing here waits.

It runs as ``/usr/local/lib/conc/place units`` (conc_agent/etc/privileged.py): who may run that can have a program run
as any account but root's. See docs/security.md.
"""

from __future__ import annotations

import os
import re
import subprocess
from typing import Any, Callable, Dict, List, Mapping, Optional

from conc_agent import durable
from conc_agent.etc import claims
from conc_agent.services import credentials, manifest, system_units
from conc_agent.services import systemd_units as units
from conc_agent.services.manifest import Unfit
from conc_agent.services.sharing import share

Order = Mapping[str, Any]
_INSTANCE = re.compile(r"@[1-9][0-9]*\.service\Z")


def perform(order: Order, caller: Optional[int]) -> Dict[str, Any]:
    """``order``: ``{act, root, …}``. Raises ``Unfit``, or RuntimeError with systemctl's own words."""
    with claims.locked(claims.keep_of("/etc")):
        return _ACTS[order["act"]](order, caller)


def _place(order: Order, caller: Optional[int]) -> Dict[str, Any]:
    """``{processes}``: just their units are there then, enabled, and sockets open. What has to end has ended before."""
    asked = manifest.read(order, caller)
    root, processes = asked
    wanted = system_units.units(root, processes)
    _remove_files([name for name in units.placed(root, system_units.FOLDER) if name not in wanted])
    for name, text in wanted.items():
        durable.write_file(system_units.FOLDER / name, os.fsencode(text), 0o644)
    if any(credentials.are_needed(root, one["user"]) for one in processes):
        credentials.copy(root)
    else:
        credentials.remove(root)
    _systemctl("daemon-reload")
    sockets = [units.socket(root, one["name"]) for one in processes if one["listen"] is not None]
    # Which instance of one that drains is enabled goes with its turn: ``start`` and ``end``.
    steady = [name for one in processes if not one["drain"] for name in units.instances(root, one)]
    if sockets or steady:
        _systemctl("enable", "--quiet", *sockets, *steady)
    if sockets:
        _systemctl("start", *sockets)
    for process in processes:
        share(root, manifest.account(process["user"]).pw_gid)
    return {}


def _start(order: Order, caller: Optional[int]) -> Dict[str, Any]:
    """``{unit}``: an instance, started or started anew; after a reboot too."""
    name = _own(order["unit"], order, caller)
    if not _INSTANCE.search(name):
        raise Unfit("%s is no instance of a process" % name)
    _systemctl("enable", "--quiet", "--no-reload", name)
    _systemctl("reset-failed", name, check=False)
    _systemctl("restart", "--no-block", name)
    return {}


def _end(order: Order, caller: Optional[int]) -> Dict[str, Any]:
    """``{units}``: stopped, and not started any more by themselves."""
    names = [_own(name, order, caller) for name in order["units"]]
    _systemctl("disable", "--quiet", *names)
    _systemctl("stop", "--no-block", *names)
    return {}


def _secrets(order: Order, caller: Optional[int]) -> Dict[str, Any]:
    """Copies of secrets that are gone from the root go too."""
    credentials.forget(manifest.root_of(order, caller))
    return {}


def _remove(order: Order, caller: Optional[int]) -> Dict[str, Any]:
    """Every unit of this root, and copies of its secrets. The units have ended before."""
    credentials.remove(manifest.root_of(order, caller))
    _remove_files(units.placed(manifest.root_of(order, caller), system_units.FOLDER))
    _systemctl("daemon-reload")
    return {}


_ACTS: Dict[str, Callable[[Order, Optional[int]], Dict[str, Any]]] = {
    "place": _place,
    "start": _start,
    "end": _end,
    "secrets": _secrets,
    "remove": _remove,
}


def _own(name: Any, order: Order, caller: Optional[int]) -> str:
    if not isinstance(name, str) or not units.belongs(manifest.root_of(order, caller), name):
        raise Unfit("%r is no unit of %s" % (name, order["root"]))
    return name


def _remove_files(names: List[str]) -> None:
    for name in names:
        durable.remove(system_units.FOLDER / name)


def _systemctl(*words: str, check: bool = True) -> None:
    told = subprocess.run(
        ["systemctl", "--system", "--no-ask-password", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(os.environ, LC_ALL="C"),
    )
    if check and told.returncode != 0:
        said = told.stdout.decode("utf-8", "backslashreplace").strip()
        raise RuntimeError(said or "systemctl %s ended with %d" % (words[0], told.returncode))
