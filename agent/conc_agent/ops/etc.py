"""``etc``: the rendered tree of the release, brought to the etc root: nothing where anything stands against it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Optional

from conc_agent.context import Context
from conc_agent.etc import crontab, crontab_step, orders, undo, wrote
from conc_agent.etc.decide import states_of
from conc_agent.etc.privileged import performer
from conc_agent.etc.state import State
from conc_agent.outcome import OK, Outcome, blocked, failed, stopped
from conc_agent.servers import every


def run(context: Context, request: Dict[str, Any]) -> Outcome:
    """``request``: ``{app, sudo, sudoCommands, leave: [path], overwrite: {path: what was seen}}``.

    Validated first, then placed, each by one rename, then told to the programs that read it; what was there is kept
    until the change is over.
    """
    root, etc = context.root, orders.etc_root(context.root, context.release)
    if etc is None:
        return stopped("there is no etc tree")
    order = orders.apply_order(root, context.release, undo.begin(root, etc), request)
    lines = crontab_step.judge(root, context.release, request)
    if isinstance(lines, Outcome):
        return lines
    by, known = performer(request["sudo"]), wrote.read(root)
    # Written down before: who goes on after a kill knows what is still to be taken up, or a little more.
    _owe(root, known, every.owed(etc, _differing(order)))
    done = by.apply(order) if order["files"] or order["wrote"] else _nothing(order)
    if "faults" in done or "refused" in done:
        _owe(root, known, [])
        return _not_placed(etc, done)
    written = {"root": etc, "release": context.release, "files": done["wrote"], "made": done["made"]}
    pending = sorted({*known["pending"], *every.owed(etc, [*done["placed"], *done["removed"]])})
    wrote.write(root, dict(written, pending=pending, **_crontab(known)))
    try:
        written.update(crontab_step.bring(root, lines))
    except crontab.Unusable as why:
        return failed("the user's crontab %s" % why, (), "etc.crontab")
    wrote.write(root, dict(written, pending=pending))
    told = ["the user's crontab has its lines"] if lines and lines.there != lines.want and not lines.left else []
    if not pending:
        return _told(etc, done, told)
    taken = by.take_up(orders.take_up_order(order, pending, done["wrote"]))
    if taken["faults"]:
        return failed("what was placed could not be taken up", taken["faults"], "etc.reload")
    wrote.write(root, dict(written, pending=[]))
    return _told(etc, done, [*told, *taken["notes"]])


def _nothing(order: Dict[str, Any]) -> Dict[str, Any]:
    """No file is wanted, and none was written: nobody needs root's rights to see that."""
    return {"placed": [], "removed": [], "left": [], "same": 0, "wrote": {}, "made": order["made"], "notes": []}


def _crontab(known: wrote.Wrote) -> Dict[str, Any]:
    return {key: value for key, value in known.items() if key == "crontab"}


def _owe(root: Path, known: wrote.Wrote, more: List[str]) -> None:
    pending = sorted({*known["pending"], *more})
    if pending != wrote.read(root)["pending"]:
        wrote.write(root, dict(known, pending=pending))


def _not_placed(etc: str, done: Dict[str, Any]) -> Outcome:
    if "faults" in done:
        why = "what is to be placed has faults; nothing was placed"
        return failed(why, done["faults"], "etc.faulty", "mend it, and build")
    return blocked("nothing was placed in %s" % etc, done["refused"], "etc.refused", "plan it again: conc plan")


def _told(etc: str, done: Dict[str, Any], taken: List[str]) -> Outcome:
    counts = [
        "%d %s" % (len(done[key]), word)
        for key, word in (("placed", "placed"), ("removed", "removed"), ("left", "left as they are"))
        if done[key]
    ]
    if not done["placed"] and not done["removed"] and not taken:
        return stopped(", ".join(["%d files are as they are to be" % done["same"], *counts]))
    return Outcome(OK, "; ".join(["%s: %s" % (etc, ", ".join(counts or ["nothing to place"])), *taken]), done["notes"])


def _differing(order: Dict[str, Any]) -> List[str]:
    """What will change, as far as this user can tell: where only root may look, conc's own record counts."""
    wanted = states_of(order["files"], "", "")
    known = {path: written["state"] for path, written in order["wrote"].items()}
    changed = [path for path in {*wanted, *known} if _essence(wanted.get(path)) != _essence(known.get(path))]
    return sorted({*changed, *order["overwrite"]})


def _essence(state: Optional[State]) -> Any:
    return state and (state["what"], state["mode"])
