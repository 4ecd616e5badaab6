"""What root does for the init scripts of a root's processes: these few things, and to no other script. Nothing here
waits for a process. It runs as ``system_root`` does."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

from conc_agent import durable
from conc_agent.etc import claims
from conc_agent.services import initscripts, manifest
from conc_agent.services.manifest import Unfit
from conc_agent.services.sharing import share

Order = Mapping[str, Any]
_PATH = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}


def perform(order: Order, caller: Optional[int]) -> Dict[str, Any]:
    """``order``: ``{act, root, …}``. Raises ``Unfit``, or RuntimeError with the words of what was run."""
    with claims.locked(claims.keep_of("/etc")):
        return _ACTS[order["act"]](order, caller)


def _place(order: Order, caller: Optional[int]) -> Dict[str, Any]:
    """``{processes}``: just their scripts are there then, and enabled. What has to end has ended before."""
    root, processes = manifest.read(order, caller)
    for process in processes:
        if process["listen"] is not None:
            raise Unfit("process %(name)s: an init script holds no socket" % process)
    wanted = initscripts.scripts(root, processes)
    _remove_scripts([each for each in initscripts.placed(root) if each not in wanted])
    for each, text in wanted.items():
        durable.write_file(initscripts.FOLDER / each, os.fsencode(text), 0o755)
        _run("update-rc.d", each, "defaults")
    for process in processes:
        share(root, manifest.account(process["user"]).pw_gid)
    return {}


def _start(order: Order, caller: Optional[int]) -> Dict[str, Any]:
    """``{process, number}``."""
    script, number = _one(order, caller)
    _run(str(initscripts.FOLDER / script), "start", str(number))
    return {}


def _end(order: Order, caller: Optional[int]) -> Dict[str, Any]:
    """``{process, number, signal: "TERM" | "KILL"}``: it is told to end."""
    script, number = _one(order, caller)
    known = initscripts.read(initscripts.placed(manifest.root_of(order, caller))[script])
    if order["signal"] not in ("TERM", "KILL"):
        raise Unfit("not a signal: %r" % (order["signal"],))
    pids = initscripts.pid_file(manifest.root_of(order, caller), known.process, number)
    words = ["--stop", "--quiet", "--oknodo", "--signal", order["signal"], "--user", known.user]
    _run("start-stop-daemon", *words, "--pidfile", str(pids))
    return {}


def _remove(order: Order, caller: Optional[int]) -> Dict[str, Any]:
    """Every script of this root. What they started has ended before."""
    _remove_scripts(list(initscripts.placed(manifest.root_of(order, caller))))
    return {}


_ACTS: Dict[str, Callable[[Order, Optional[int]], Dict[str, Any]]] = {
    "place": _place,
    "start": _start,
    "end": _end,
    "remove": _remove,
}


def _one(order: Order, caller: Optional[int]) -> Tuple[str, int]:
    """The script, and which of its instances."""
    root: Path = manifest.root_of(order, caller)
    process, number = order["process"], order["number"]
    if not isinstance(process, str) or initscripts.name(root, process) not in initscripts.placed(root):
        raise Unfit("%r is no process of %s that has a script" % (process, root))
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise Unfit("not a number of an instance: %r" % (number,))
    return initscripts.name(root, process), number


def _remove_scripts(names: List[str]) -> None:
    for each in names:
        durable.remove(initscripts.FOLDER / each)
        _run("update-rc.d", each, "remove")


def _run(*words: str) -> None:
    """What it starts in the background must not have our pipes: sudo would wait for it."""
    told = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=_PATH)
    if told.returncode != 0:
        said = told.stdout.decode("utf-8", "backslashreplace").strip()
        raise RuntimeError(said or "%s ended with %d" % (words[0], told.returncode))
