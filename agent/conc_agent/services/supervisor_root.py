"""What root does for a root's processes under the system's supervisor: these few things, and to no other program of
its. Nothing here waits for a process. It runs as ``system_root`` does."""

from __future__ import annotations

import configparser
import os
from contextlib import closing
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

from conc_agent import durable
from conc_agent.etc import claims
from conc_agent.services import manifest, supervisor_conf
from conc_agent.services.manifest import Unfit
from conc_agent.services.sharing import share
from conc_agent.services.supervisord_rpc import Refused, Supervisor, Unreachable

Order = Mapping[str, Any]
#: Root's own files: where the supervisor of the machine takes orders.
_CONFIGURATION = "/etc/supervisor/supervisord.conf"
_DOWN = ("STOPPED", "EXITED", "FATAL")


def perform(order: Order, caller: Optional[int]) -> Dict[str, Any]:
    """``order``: ``{act, root, …}``. Raises ``Unfit``, or RuntimeError with the supervisor's own words."""
    with claims.locked(claims.keep_of("/etc")):
        try:
            return _ACTS[order["act"]](order, caller)
        except (Refused, Unreachable) as error:
            raise RuntimeError(str(error)) from error


def _place(order: Order, caller: Optional[int]) -> Dict[str, Any]:
    """``{processes}``: the file says just these. What it changes is begun by ``settle``."""
    root, processes = manifest.read(order, caller)
    for process in processes:
        if (process["listen"] or "").startswith("unix:"):
            raise Unfit("process %(name)s: the system's supervisor makes no folder for its socket" % process)
    for process in processes:
        share(root, manifest.account(process["user"]).pw_gid)
    durable.write_file(supervisor_conf.path(root), os.fsencode(supervisor_conf.text(root, processes)), 0o644)
    return {}


def _remove(order: Order, caller: Optional[int]) -> Dict[str, Any]:
    """The file of this root. What it was of ends by ``settle``."""
    durable.remove(supervisor_conf.path(manifest.root_of(order, caller)))
    return {}


def _settle(order: Order, caller: Optional[int]) -> Dict[str, Any]:
    """``{begun, changed, left}``, groups of this root: that were started, as the file has them; of those the ones that
    were there before; and what still has to end. To be asked again until none is left."""
    root = manifest.root_of(order, caller)
    begun: List[str] = []
    left: List[str] = []
    with closing(_supervisor()) as supervisor:
        differing = supervisor.reload()
        added, changed, removed = ([name for name in each if supervisor_conf.belongs(root, name)] for each in differing)
        for name in changed + removed:
            supervisor.stop_group(name)
            if not supervisor.remove_group(name):
                left.append(name)
        for name in added + [each for each in changed if each not in left]:
            supervisor.add_group(name)
            begun.append(name)
    return {"begun": begun, "changed": changed, "left": left}


def _start(order: Order, caller: Optional[int]) -> Dict[str, Any]:
    """``{process, index}`` → ``{state, why}``: as it is then. One that still ends is not started yet."""
    name = _one(order, caller)
    with closing(_supervisor()) as supervisor:
        told = _told(supervisor, name)
        if told["state"] in _DOWN:
            supervisor.start(name)
            told = _told(supervisor, name)
        # One that has ended since it was looked at is told as it was: who asks comes again.
        return told


def _end(order: Order, caller: Optional[int]) -> Dict[str, Any]:
    """``{process, index}``: told to end."""
    name = _one(order, caller)
    with closing(_supervisor()) as supervisor:
        if supervisor.info(name)["statename"] not in (*_DOWN, "STOPPING"):
            supervisor.stop(name)
        return _told(supervisor, name)


def _state(order: Order, caller: Optional[int]) -> Dict[str, Any]:
    """``{process, index}`` → ``{state, why}``."""
    with closing(_supervisor()) as supervisor:
        return _told(supervisor, _one(order, caller))


_ACTS: Dict[str, Callable[[Order, Optional[int]], Dict[str, Any]]] = {
    "place": _place,
    "remove": _remove,
    "settle": _settle,
    "start": _start,
    "end": _end,
    "state": _state,
}


def _told(supervisor: Supervisor, name: str) -> Dict[str, Any]:
    info = supervisor.info(name)
    return {"state": info["statename"], "why": info["spawnerr"]}


def _one(order: Order, caller: Optional[int]) -> str:
    root, process, index = _asked(order, caller)
    counts = {program.process: program.instances for program in supervisor_conf.read(root)}
    if process not in counts:
        raise Unfit("%r is no process of %s that the supervisor has" % (process, root))
    if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < counts[process]:
        raise Unfit("not the number of a process %s: %r" % (process, index))
    return supervisor_conf.member(root, process, index)


def _asked(order: Order, caller: Optional[int]) -> Tuple[Path, Any, Any]:
    return manifest.root_of(order, caller), order["process"], order["index"]


def _supervisor() -> Supervisor:
    """Of the machine. One that wants a password in its configuration says so itself, when it is asked."""
    parser = configparser.RawConfigParser(strict=False, inline_comment_prefixes=(";", "#"))
    try:
        parser.read_string(Path(_CONFIGURATION).read_text(encoding="utf-8", errors="replace"))
        return Supervisor(parser["unix_http_server"]["file"].strip())
    except (OSError, configparser.Error, KeyError) as error:
        raise Unreachable("%s names no socket of the machine's supervisor: %s" % (_CONFIGURATION, error)) from error
