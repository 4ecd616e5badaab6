"""``exec``: a command in a release, as a person would type it there; the history tells of it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Dict, Optional

from conc_agent import alive, command, history, release
from conc_agent.channel import CallError, Channel
from conc_agent.env.given import values_for
from conc_agent.release_environment import release_environment


def serve(channel: Channel, request: Dict[str, Any]) -> Dict[str, Any]:
    """``{root, release, process, argv, by}`` → ``{exit, seconds, release}``; messages: protocol/README.md, ``exec``."""
    root = release.root_path(request["root"])
    name = alive.chosen(root, request["release"])
    with alive.held(root, name):
        env = environment(root, name, request["process"])
        began = time.monotonic()
        code: Optional[int] = None
        try:
            code = command.run(channel, request["argv"], env, release.folder(root, name))
        finally:
            seconds = round(time.monotonic() - began, 3)
            record(root, name, "exec", request["by"], code, seconds, {"argv": request["argv"]})
    return {"exit": code, "seconds": seconds, "release": name}


def environment(root: Path, name: str, process: Optional[str], secrets: bool = True) -> Dict[str, str]:
    """As a launcher makes it; with ``process`` the variables of that one too. A secret wins over one of these."""
    base = release_environment(root, name, secrets)
    if process is None:
        return base
    known = {one["name"]: one for one in release.launched(root, name)}
    if process not in known:
        listed = ", ".join(known) or "none"
        raise CallError("exec.process", "%s has no process %s: it has %s" % (name, process, listed))
    whole = command.environment(dict(base, CONC_PROCESS=process), known[process].get("env", {}))
    return {**whole, **values_for(root, name)} if secrets else whole


def record(
    root: Path, name: str, kind: str, by: str, code: Optional[int], seconds: float, more: Dict[str, Any]
) -> None:
    """``code`` None: it could not be started, or nobody knows how it ended."""
    found = release.record(root, name) or {}
    entry = {
        "kind": kind,
        "release": name,
        "bundle": found.get("bundle"),
        "version": found.get("version"),
        "by": by,
        "outcome": "unknown" if code is None else "exit %d" % code,
        "seconds": seconds,
        "jobs": [],
    }
    history.append(root, dict(entry, **more))
