"""``etc``: the rendered tree of the release, brought to the etc root: nothing where anything stands against it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any, Dict, List, Optional

from conc_agent.context import Context
from conc_agent.etc import concerns, orders, undo, wrote
from conc_agent.etc.apply import content_of
from conc_agent.etc.decide import states_of
from conc_agent.etc.privileged import performer
from conc_agent.etc.state import State
from conc_agent.outcome import OK, Outcome, blocked, failed, stopped


def run(context: Context, request: Dict[str, Any]) -> Outcome:
    """``request``: ``{app, sudo, sudoCommands, leave: [path], overwrite: {path: what was seen}}``.

    Validated first, then placed, each by one rename; what was there is kept until the change is over.
    """
    root, etc = context.root, orders.etc_root(context.root, context.release)
    if etc is None:
        return stopped("there is no etc tree")
    order = orders.apply_order(root, context.release, undo.begin(root, etc), request)
    faults = _validate(root / "change" / "etc-new", order)
    if faults:
        return failed("what is to be placed has faults; nothing was placed", faults, "etc.faulty", "mend it, and build")
    known = wrote.read(root)
    pending = sorted({*known["pending"], *concerns.touched(_differing(order), concerns.every)})
    if pending != known["pending"]:
        wrote.write(root, dict(known, pending=pending))
    done = performer(request["sudo"]).apply(order)
    if "refused" in done:
        return blocked("nothing was placed in %s" % etc, done["refused"], "etc.refused", "plan it again: conc plan")
    written = {"root": etc, "release": context.release, "files": done["wrote"], "made": done["made"]}
    wrote.write(root, dict(written, pending=pending))
    unwell = concerns.reload(pending, concerns.every)
    if unwell:
        return failed("what was placed could not be taken up", unwell, "etc.reload")
    if pending:
        wrote.write(root, dict(written, pending=[]))
    return _told(etc, done)


def _told(etc: str, done: Dict[str, Any]) -> Outcome:
    counts = [
        "%d %s" % (len(done[key]), word)
        for key, word in (("placed", "placed"), ("removed", "removed"), ("left", "left as they are"))
        if done[key]
    ]
    if not done["placed"] and not done["removed"]:
        return stopped(", ".join(["%d files are as they are to be" % done["same"], *counts]))
    return Outcome(OK, "%s: %s" % (etc, ", ".join(counts)))


def _differing(order: Dict[str, Any]) -> List[str]:
    """What will change, as far as this user can tell: where only root may look, conc's own record counts."""
    wanted = states_of(order["files"], "", "")
    known = {path: written["state"] for path, written in order["wrote"].items()}
    changed = [path for path in {*wanted, *known} if _essence(wanted.get(path)) != _essence(known.get(path))]
    return sorted({*changed, *order["overwrite"]})


def _essence(state: Optional[State]) -> Any:
    return state and (state["what"], state["mode"])


def _validate(folder: Path, order: Dict[str, Any]) -> List[str]:
    shutil.rmtree(str(folder), ignore_errors=True)
    os.makedirs(str(folder), mode=0o700)
    try:
        paths: List[str] = []
        for file in order["files"]:
            if file["kind"] != "file" or file["path"] in order["leave"]:
                continue
            place = folder / file["path"]
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content_of(file))
            paths.append(file["path"])
        return concerns.validate(folder, paths, concerns.every)
    finally:
        shutil.rmtree(str(folder), ignore_errors=True)
