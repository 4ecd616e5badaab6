"""The etc root as it was before a change: a part of the change's undo, and its end."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any, Dict, Iterable, Optional

from conc_agent import durable, outcome
from conc_agent.change.jobs import Job
from conc_agent.etc import crontab_step, orders, wrote
from conc_agent.etc.privileged import performer
from conc_agent.outcome import Outcome
from conc_agent.servers import every

Request = Dict[str, Any]


def begin(root: Path, etc: str) -> str:
    """Before a change does anything to the tree: what conc had written until then. The name of this change's backup."""
    begun = _begun(root)
    if begun is None:
        begun = {"etc": etc, "backup": uuid.uuid4().hex, "wrote": wrote.read(root)}
        durable.write_json(root / "change" / wrote.BEGUN, begun, 0o600)
    return begun["backup"]


def put_back(root: Path, jobs: Iterable[Job]) -> Optional[Outcome]:
    """None: nothing of the tree was begun, or it is as it was. Raises nothing: the code must go back."""
    begun, request = _begun(root), _request(jobs)
    if begun is None or request is None:
        return None
    try:
        return _put_back(root, begun, request)
    except Exception as error:
        why = "the files in %s are not as they were: %s" % (begun["etc"], str(error) or type(error).__name__)
        return Outcome(outcome.ERROR, why)


def _put_back(root: Path, begun: Dict[str, Any], request: Request) -> Outcome:
    order = orders.restore_order(root, begun["etc"], begun["backup"], request)
    lines = crontab_step.put_back(root, begun)
    by = performer(request["sudo"])
    done = by.restore(order)
    former = begun["wrote"]
    # A file that came with what a program had not taken up yet may be gone again: it is told all the same.
    pending = sorted({*wrote.read(root)["pending"], *former["pending"], *every.owed(begun["etc"], done["paths"])})
    wrote.write(root, dict(former, pending=pending))
    if pending:
        taken = by.take_up(orders.take_up_order(order, pending, former["files"]))
        if taken["faults"]:
            why = "what was put back in %s could not be taken up" % begun["etc"]
            return outcome.failed(why, taken["faults"], "etc.reload")
    wrote.write(root, dict(former, pending=[]))
    durable.remove(root / "change" / wrote.BEGUN)
    durable.sync_folder(root / "change")
    back = len(done["paths"]) - len(done["left"])
    told = ["%d files in %s as before" % (back, begun["etc"])] if done["paths"] else []
    told += ["%d left" % len(done["left"])] if done["left"] else []
    told += [lines] if lines is not None else []
    # Someone's own change is kept, here too: the next plan shows it.
    return Outcome(outcome.OK, ", ".join(told), done["left"])


def with_files(code: Outcome, files: Optional[Outcome]) -> Outcome:
    """One outcome of an undo's two halves: the worse one counts, and both are told."""
    if files is None:
        return code
    text = ", ".join(part for part in (code.text, files.text) if part)
    worse = files if code.status in (outcome.OK, outcome.STOPPED) else code
    return worse._replace(text=text, evidence=[*code.evidence, *files.evidence])


def _begun(root: Path) -> Optional[Dict[str, Any]]:
    return durable.read_json(root / "change" / wrote.BEGUN)


def _request(jobs: Iterable[Job]) -> Optional[Request]:
    return next((job.request for job in jobs if job.op == "etc"), None)
