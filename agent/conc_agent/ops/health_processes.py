"""Do all processes run, and really this release? What the kernel knows of them counts, not what they say."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Set

from conc_agent import alive, clock, listening, procs, services

#: Seconds by which a process may seem older than it is: its start is known in ticks since boot.
_SLACK = 2.0


class Processes(NamedTuple):
    """``trouble``: what is wrong, None: nothing. ``notes``: what is worth knowing all the same."""

    trouble: Optional[str]
    notes: List[str]
    #: What names each process that serves: a restart changes it.
    identities: Dict[str, Any]
    #: A launcher has not yet become what it starts.
    starting: bool


def look(root: Path, release: str, service: str, wanted: List[Dict[str, Any]]) -> Processes:
    """Every process of a release, against what is wanted of it: ``ProcessRecord`` and a release file's processes."""
    records = services.named(service).processes(root)
    draining = [one for one in records if _drains(one, release, wanted)]
    serving = [one for one in records if one not in draining and not _has_ended(one, wanted)]
    identities = {"%(name)s %(pid)s" % one: procs.started(one["pid"] or 0) for one in serving}
    found = next(_troubles(root, release, service, wanted, serving, draining), None)
    starting = any(_is_launcher(one["pid"], root) for one in serving if one["pid"])
    return Processes(found, [_draining_text(one) for one in draining], identities, starting)


def _troubles(
    root: Path,
    release: str,
    service: str,
    wanted: List[Dict[str, Any]],
    serving: List[Dict[str, Any]],
    draining: List[Dict[str, Any]],
) -> Iterator[str]:
    for one in serving:
        if one["state"] != "RUNNING":
            yield "%(name)s is %(state)s" % one
    if service == "none":
        return
    for process in wanted:
        count = sum(1 for one in serving if _is_of(one, process["name"]))
        if count != process["count"]:
            yield "%d of %d processes %s run" % (count, process["count"], process["name"])
    holders = alive.holders(root)
    for one in serving:
        trouble = _main_trouble(root, release, one, holders)
        if trouble:
            yield trouble
    yield from _old_ones(root, release, wanted, serving, draining, holders)


def _main_trouble(root: Path, release: str, record: Dict[str, Any], holders: Dict[int, Set[str]]) -> Optional[str]:
    """What a service manager started: all that tells its release must name this one; else its start must be new."""
    pid, name = record["pid"], record["name"]
    if pid is None or not procs.is_alive(pid):
        return "%s has no process" % name
    told = _evidence(pid, root, holders)
    other = next(((what, seen) for what, seen in told.items() if seen != release), None)
    if other is not None:
        return "%s, pid %d, runs %s by its %s, since %s" % (name, pid, other[1], other[0], _since(pid))
    if not told and _is_launcher(pid, root):
        return "%s is still being started by its launcher" % name
    if not told and (procs.started_at(pid) or 0.0) < _switched(root) - _SLACK:
        return "%s, pid %d, runs since %s: since before the switch to %s" % (name, pid, _since(pid), release)
    return None


def _old_ones(
    root: Path,
    release: str,
    wanted: List[Dict[str, Any]],
    serving: List[Dict[str, Any]],
    draining: List[Dict[str, Any]],
    holders: Dict[int, Set[str]],
) -> Iterator[str]:
    """Processes beside the main ones that still run another release: their workers; those that hold on to a socket or
    to the lock of their launcher, though no service manager knows of them."""
    main = {one["pid"] for one in serving if one["pid"]}
    spared = {pid for one in draining for pid in [one["pid"], *procs.descendants(one["pid"])]}
    workers = {child for pid in main for child in procs.descendants(pid)}
    sockets = listening.same_places(main | workers)
    names = {process["name"] for process in wanted}
    for pid in procs.pids():
        if pid in main or pid in spared or pid == os.getpid():
            continue
        told = _evidence(pid, root, holders)
        other = next(((what, seen) for what, seen in told.items() if seen != release), None)
        if other is None or not procs.is_alive(pid):
            continue
        why = _why_ours(pid, told, workers, sockets, names)
        if why:
            command = procs.command_line(pid).replace("%s/" % root, "")[:80]
            yield "pid %d (%s) runs %s since %s, and %s" % (pid, command, other[1], _since(pid), why)


def _evidence(pid: int, root: Path, holders: Dict[int, Set[str]]) -> Dict[str, str]:
    """Of a process of another account the kernel tells the command line and the lock, and no more."""
    told = procs.evidence(pid, root)
    for release in holders.get(pid, ()):
        told.setdefault("lock", release)
    return told


def _why_ours(pid: int, told: Dict[str, str], workers: Set[int], sockets: Set[int], names: Set[str]) -> Optional[str]:
    """None: it is somebody's own affair, as a command of ``conc exec`` or a cron job."""
    if pid in workers:
        return "is a worker of a process that should run the new one"
    if sockets & procs.sockets(pid):
        return "listens where the new one does"
    known = procs.environment(pid).get("CONC_PROCESS")
    if "lock" in told and len(told) > 1 and (known is None or known in names):
        return "was left by %s" % (known or "a launcher")
    return None


def _drains(record: Dict[str, Any], release: str, wanted: List[Dict[str, Any]]) -> bool:
    """It was told to end, and finishes what it does (process.NAME.drain). After an undo that may be this release."""
    if record["state"] != "STOPPING" or record["pid"] is None:
        return False
    return record["release"] != release or any(each.get("drain") and _is_of(record, each["name"]) for each in wanted)


def _has_ended(record: Dict[str, Any], wanted: List[Dict[str, Any]]) -> bool:
    """One that drained is gone: its place is not yet taken away."""
    return record["pid"] is None and any(each.get("drain") and _is_of(record, each["name"]) for each in wanted)


def _draining_text(record: Dict[str, Any]) -> str:
    told = "draining: %s, pid %d" % (record["name"], record["pid"])
    return "%s, runs %s since %s" % (told, record["release"] or "another release", _since(record["pid"]))


def _is_of(record: Dict[str, Any], process: str) -> bool:
    return re.split("[:@]", record["name"])[0] == process


def _is_launcher(pid: int, root: Path) -> bool:
    return str(root / "bin") + os.sep in procs.command_line(pid)


def _switched(root: Path) -> float:
    """When ``current`` was made to point where it does."""
    try:
        return os.lstat(str(root / "current")).st_mtime
    except OSError:
        return 0.0


def _since(pid: int) -> str:
    moment = procs.started_at(pid)
    return "an unknown time" if moment is None else clock.shown(moment)
