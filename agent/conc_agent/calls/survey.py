"""``survey``: what a root holds. Reads only, takes no lock, creates nothing (``Survey`` of src/release/types.ts)."""

from __future__ import annotations

import fcntl
import os
import re
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional, Set

from conc_agent import history, mounts, procs, release, services, serving, states
from conc_agent.calls import env
from conc_agent.change import look
from conc_agent.channel import CallError, Channel
from conc_agent.env import generations
from conc_agent.etc import wrote
from conc_agent.services.listening import listening
from conc_agent.usage import usage

_ENTRY = re.compile(r"([0-9a-f]{64})-(.+)\Z")


def serve(_channel: Channel, request: Dict[str, Any]) -> Dict[str, Any]:
    root = release.root_path(request["root"])
    try:
        return survey(root, request["service"], bool(request.get("usage")))
    except ValueError as error:
        raise CallError(
            "root.damaged", str(error), hint="look at it on the node", state="nothing was changed"
        ) from error


def survey(root: Path, service: str, with_usage: bool = False) -> Dict[str, Any]:
    state = serving.read(root)
    live = procs.live_releases(root) if root.exists() else set()
    return {
        "root": str(root),
        "exists": root.is_dir(),
        "current": release.current(root),
        "serving": state and dict(from_to(state), confirmed=state.confirmed, sameBoot=state.same_boot),
        "releases": [_release(root, name, live) for name in release.listed(root)],
        "schemas": _schemas(root),
        "next": history.next_release(root),
        "change": look.change_record(root),
        "guarded": _guarded(root),
        "disk": _disk(root),
        "store": _store(root),
        "etc": wrote.is_known(root),
        "env": env.described(root),
        "service": {"sudoCommands": services.sudo_commands(service), "listening": listening(root, service)},
        "owed": wrote.read(root)["pending"],
        "processes": [_process(each, with_usage) for each in services.named(service).processes(root)],
    }


def _process(record: Dict[str, Any], with_usage: bool) -> Dict[str, Any]:
    return dict(record, usage=usage(record["pid"]) if with_usage and record["pid"] else None)


def _guarded(root: Path) -> Optional[Dict[str, Any]]:
    """The last change, where its guard undid it: who comes next is told."""
    entry = history.last(root)
    if entry is None or "guard" not in entry:
        return None
    known = {key: entry[key] for key in ("kind", "release", "by", "time")}
    return dict(known, why=entry["guard"], state=entry["note"])


def from_to(state: serving.Serving) -> Dict[str, Any]:
    return {"from": state.source, "to": state.to}


def _release(root: Path, name: str, live: Set[str]) -> Dict[str, Any]:
    record: Dict[str, Any] = release.record(root, name) or {}
    state = states.read(root, name)
    return {
        "id": name,
        "bundle": record.get("bundle", ""),
        "version": record.get("version", ""),
        "state": state["state"],
        "since": state["since"] or record.get("created", ""),
        "by": state["by"] or record.get("by", ""),
        "complete": bool(record),
        "env": generations.of_release(root, name),
        "live": name in live or _is_held(release.folder(root, name) / ".alive"),
    }


def _schemas(root: Path) -> List[Dict[str, Any]]:
    """What releases' migrations did to the database; also of releases that were pruned, for nothing undoes them."""
    recorded = ((name, (states.read(root, name).get("recorded") or {}).get("schema")) for name in states.known(root))
    return [dict(schema, release=name) for name, schema in recorded if schema]


def _is_held(alive: Path) -> bool:
    """Does a launcher's process hold the lock? It is let go at once: a launcher waits, a prune spares the release."""
    try:
        descriptor = os.open(str(alive), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)


def _disk(root: Path) -> Dict[str, Any]:
    place = mounts.nearest(root)
    mount, stat = mounts.mount_of(root), os.statvfs(str(place))
    owner: Optional[int] = os.stat(str(root)).st_uid if root.exists() else None
    return {
        "freeBytes": stat.f_bavail * stat.f_frsize,
        "freeInodes": stat.f_favail if stat.f_files else None,
        "fileSystem": mount.file_system,
        "options": list(mount.options),
        "noexec": mount.noexec,
        "readOnly": mount.read_only,
        "network": mount.network,
        "writable": os.access(str(place), os.W_OK | os.X_OK),
        "owner": owner,
    }


def _store(root: Path) -> List[str]:
    """Entries have their names only once they are complete (install/store.py)."""
    try:
        names = os.listdir(str(root / "store"))
    except FileNotFoundError:
        return []
    found = [match for match in map(_ENTRY.match, names) if match and match.group(2) == sys.implementation.cache_tag]
    return sorted(match.group(1) for match in found)
