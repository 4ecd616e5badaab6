"""A rendered tree brought to an etc root: all of it, or nothing where anything stands against it."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any, Dict, List, Optional, Set

from conc_agent import durable
from conc_agent.etc import backup, claims, links, originals
from conc_agent.etc.decide import Decided, Step, decide, states_of
from conc_agent.etc.put import drop, make_folders, missing_folders, remove, stage, stage_link, take
from conc_agent.etc.state import Refused, group_id, group_name, look, place_of, stamp, user_id, user_name
from conc_agent.servers import every

Order = Dict[str, Any]


def apply(order: Order) -> Dict[str, Any]:
    """``order``: ``{root, keep, backup, sweep, owner, files, wrote, made, leave, overwrite}``.

    ``{"refused": [SENTENCE…]}``, or ``{"faults": [LINE…]}`` of who reads these files: nothing was changed. Else
    ``{placed, removed, left, same, wrote, made, notes}``, where ``wrote`` and ``made`` are what is to be remembered.
    It can be run again after it was cut off anywhere.
    """
    root, keep, owner = order["root"], order["keep"], order["owner"]
    durable.make_folders(Path(root))
    with claims.locked(keep):
        led = links.led(root, order["files"])
        order = dict(order, files=led.files)
        files = {file["path"]: file for file in led.files}
        wanted = states_of(order["files"], user_name(os.geteuid()), group_name(os.getegid()))
        decided = decide(root, wanted, order)
        refused = decided.foreign + ["%s %s" % each for each in sorted(led.lost.items())]
        refused += _claimed_by_others(keep, owner["id"], files)
        if refused:
            return {"refused": refused}
        try:
            tested = every.test(root, changes_of(decided.steps, files, _originals(order)))
        except Refused as error:
            return {"refused": [str(error)]}
        if tested.faults:
            return {"faults": list(tested.faults)}
        before = claims.claimed(keep, owner["id"])
        kept = _prepare(order, decided, before)
        if not set(files) <= set(before):
            claims.claim(keep, owner, {*before, *files})
        try:
            _stage(order, decided.steps, files)
        except (OSError, Refused) as error:
            _unstage(root, decided.steps)
            backup.remove_empty(root, kept["made"])
            claims.claim(keep, owner, before)
            why = str(error) if isinstance(error, Refused) else "%s: %s" % (error.filename or root, error.strerror)
            return {"refused": [why]}
        for step in decided.steps:
            take(place_of(root, step.path)) if step.after is not None else remove(place_of(root, step.path))
        return dict(_done(order, decided, kept), notes=list(tested.notes))


def _claimed_by_others(keep: str, owner: str, files: Dict[str, Any]) -> List[str]:
    known = claims.others(keep, owner)
    return ["%s belongs to %s" % (path, known[path]) for path in sorted(files) if path in known]


def _prepare(order: Order, decided: Decided, claimed: List[str]) -> backup.Kept:
    """What was there, on the disk; with what an earlier try of this change kept."""
    if backup.read(order["backup"]) is None:
        originals.sweep(_originals(order), order["wrote"])
        if order["sweep"]:
            backup.sweep(order["backup"])
    adding = [step.path for step in decided.steps if step.after is not None]
    made = missing_folders(order["root"], adding)
    return backup.keep(order["backup"], order["root"], decided.steps, claimed, made)


def changes_of(steps: List[Step], files: Dict[str, Dict[str, Any]], kept: str) -> Dict[str, Optional[Dict[str, Any]]]:
    """What will differ, as those see it who test it (``servers/staged.py``). ``kept``: where originals lie."""
    found: Dict[str, Optional[Dict[str, Any]]] = {}
    for path, after in [(step.path, step.after) for step in steps]:
        if after is None:
            found[path] = None
        elif after["mode"] is None:
            found[path] = {"link": after["what"][len("link:") :]}
        else:
            data = content_of(files[path]) if path in files else originals.content(kept, after)
            owner, group = user_id(path, after["owner"]), group_id(path, after["group"])
            found[path] = {"data": data, "mode": after["mode"], "uid": owner, "gid": group}
    return found


def _stage(order: Order, steps: List[Step], files: Dict[str, Dict[str, Any]]) -> None:
    for path, after in [(step.path, step.after) for step in steps if step.after is not None]:
        place = place_of(order["root"], path)
        make_folders(place)
        if after["mode"] is None:
            stage_link(place, after["what"][len("link:") :])
        elif path in files:
            stage(place, path, content_of(files[path]), after)
        else:
            stage(place, path, originals.content(_originals(order), after), after)


def _unstage(root: str, steps: List[Step]) -> None:
    for step in steps:
        drop(place_of(root, step.path))


def _originals(order: Order) -> str:
    return originals.folder_of(order["keep"], order["owner"]["id"])


def content_of(file: Dict[str, Any]) -> bytes:
    """Of a file of a rendered tree: ``text``, or ``base64`` where it is none."""
    return file["text"].encode("utf-8") if "text" in file else base64.b64decode(file["base64"])


def _done(order: Order, decided: Decided, kept: backup.Kept) -> Dict[str, Any]:
    root = order["root"]
    wrote = {path: order["wrote"][path] for path in decided.left if path in order["wrote"]}
    wanted = {file["path"] for file in order["files"]}
    for path in sorted(wanted - set(decided.left)):
        place = place_of(root, path)
        wrote[path] = {"state": look(place), "stamp": stamp(place)}
        before = originals.original(path, order["wrote"], kept["paths"])
        if path in decided.same and path not in order["wrote"] and path not in kept["paths"]:
            # It was so before conc came, and stays when the tree has it no more.
            before = wrote[path]["state"]
            originals.take(_originals(order), before, Path(place))
        if before is not None:
            wrote[path]["original"] = before
            if path in kept["paths"] and path not in order["wrote"]:
                originals.take(_originals(order), before, Path(order["backup"]) / kept["paths"][path].get("copy", ""))
    made = {*order["made"], *kept["made"]}
    needed = _needed(made, wrote)
    stay = backup.remove_empty(root, sorted(made - needed))
    claims.claim(order["keep"], order["owner"], {*wrote, *wanted})
    return {
        "placed": [step.path for step in decided.steps if step.path in wanted],
        "removed": [step.path for step in decided.steps if step.path not in wanted],
        "left": decided.left,
        "same": len(decided.same),
        "wrote": wrote,
        "made": sorted({*stay, *needed}),
    }


def _needed(made: Set[str], wrote: Dict[str, Any]) -> Set[str]:
    return {folder for folder in made if any(path.startswith(folder + "/") for path in wrote)}
