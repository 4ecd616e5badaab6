"""A rendered tree brought to an etc root: all of it, or nothing where anything stands against it."""

from __future__ import annotations

import base64
import os
from typing import Any, Dict, List

from conc_agent.etc import backup, claims
from conc_agent.etc.decide import Decided, Step, decide, states_of
from conc_agent.etc.put import drop, make_folders, missing_folders, remove, stage, stage_link, take
from conc_agent.etc.state import Refused, group_name, look, place_of, stamp, user_name

Order = Dict[str, Any]


def apply(order: Order) -> Dict[str, Any]:
    """``order``: ``{root, keep, backup, sweep, owner, files, wrote, made, leave, overwrite}``.

    ``{"refused": [SENTENCE…]}``: nothing was changed. Else ``{placed, removed, left, same, wrote, made}``, where
    ``wrote`` and ``made`` are what is to be remembered. It can be run again after it was cut off anywhere.
    """
    root, keep = order["root"], order["keep"]
    os.makedirs(root, exist_ok=True)
    with claims.locked(keep):
        files = {file["path"]: file for file in order["files"]}
        wanted = states_of(order["files"], user_name(os.geteuid()), group_name(os.getegid()))
        decided = decide(root, wanted, order)
        refused = decided.foreign + _claimed_by_others(keep, order["owner"]["id"], files)
        if refused:
            return {"refused": refused}
        before = claims.claimed(keep, order["owner"]["id"])
        adding = [step.path for step in decided.steps if step.after is not None]
        made = missing_folders(root, adding)
        if order["sweep"]:
            backup.sweep(order["backup"])
        if decided.steps:
            # Folders that an earlier try made are among those that it kept.
            made = backup.keep(order["backup"], root, decided.steps, before, made)
        if sorted({*before, *files}) != sorted(before):
            claims.claim(keep, order["owner"], {*before, *files})
        try:
            _stage(root, decided.steps, files)
        except (OSError, Refused) as error:
            _unstage(root, adding)
            backup.remove_empty(root, made)
            claims.claim(keep, order["owner"], before)
            why = str(error) if isinstance(error, Refused) else "%s: %s" % (error.filename or root, error.strerror)
            return {"refused": [why]}
        for step in decided.steps:
            take(place_of(root, step.path)) if step.after is not None else remove(place_of(root, step.path))
        return _done(order, decided, made)


def _claimed_by_others(keep: str, owner: str, files: Dict[str, Any]) -> List[str]:
    known = claims.others(keep, owner)
    return ["%s belongs to %s" % (path, known[path]) for path in sorted(files) if path in known]


def _stage(root: str, steps: List[Step], files: Dict[str, Dict[str, Any]]) -> None:
    for path, after in [(step.path, step.after) for step in steps if step.after is not None]:
        place, file = place_of(root, path), files[path]
        make_folders(place)
        if file["kind"] == "link":
            stage_link(place, file["target"])
        else:
            stage(place, path, content_of(file), after)


def content_of(file: Dict[str, Any]) -> bytes:
    """Of a file of a rendered tree: ``text``, or ``base64`` where it is none."""
    return file["text"].encode("utf-8") if "text" in file else base64.b64decode(file["base64"])


def _unstage(root: str, paths: List[str]) -> None:
    for path in paths:
        drop(place_of(root, path))


def _done(order: Order, decided: Decided, made: List[str]) -> Dict[str, Any]:
    root, keep = order["root"], order["keep"]
    wrote = {path: order["wrote"][path] for path in decided.left if path in order["wrote"]}
    for path in sorted({file["path"] for file in order["files"]} - set(decided.left)):
        place = place_of(root, path)
        wrote[path] = {"state": look(place), "stamp": stamp(place)}
    gone = [step.path for step in decided.steps if step.after is None]
    stay = backup.remove_empty(root, _empty_candidates({*order["made"], *made}, wrote))
    claims.claim(keep, order["owner"], {*wrote, *(file["path"] for file in order["files"])})
    return {
        "placed": [step.path for step in decided.steps if step.after is not None],
        "removed": gone,
        "left": decided.left,
        "same": len(decided.same),
        "wrote": wrote,
        "made": sorted({*stay, *_needed({*order["made"], *made}, wrote)}),
    }


def _needed(made: Any, wrote: Dict[str, Any]) -> List[str]:
    return [folder for folder in made if any(path.startswith(folder + "/") for path in wrote)]


def _empty_candidates(made: Any, wrote: Dict[str, Any]) -> List[str]:
    needed = set(_needed(made, wrote))
    return [folder for folder in made if folder not in needed]
