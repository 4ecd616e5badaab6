"""What is to be done at each path: by what is wanted, what stands there, and what conc wrote there last."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional

from conc_agent.etc.state import Refused, State, look, place_of, unreadable


class Step(NamedTuple):
    """One path that changes. ``before`` None: there is nothing; ``after`` None: it is removed."""

    path: str
    before: Optional[State]
    after: Optional[State]


class Decided(NamedTuple):
    """``foreign``: sentences about paths that someone else changed; where there are any, nothing is done."""

    steps: List[Step]
    same: List[str]
    left: List[str]
    foreign: List[str]


def decide(root: str, wanted: Mapping[str, State], order: Mapping[str, Any]) -> Decided:
    """``order``: ``{wrote: {path: {state, original?}}, leave: [path], overwrite: {path: what}}``.

    A path is changed where nobody touched it since conc wrote it, where there is nothing, or where a person said so of
    what was seen there. ``src/etc/compare.ts`` has the same rule, for plans.
    """
    wrote: Mapping[str, Mapping[str, Any]] = order["wrote"]
    decided = Decided([], [], [], [])
    for path in sorted({*wanted, *wrote}):
        # What leaves the tree is again what it was before conc ever wrote there.
        after = wanted[path] if path in wanted else wrote[path].get("original")
        try:
            before = look(place_of(root, path))
        except Refused as refused:
            decided.foreign.append(str(refused))
            continue
        if before == after:
            decided.same.append(path)
        elif path in order["leave"]:
            decided.left.append(path)
        elif before is not None and before["what"] in ("folder", "other"):
            decided.foreign.append("%s is a folder, or no plain file" % path)
        elif _is_free(before, wrote.get(path)) or order["overwrite"].get(path) in _names(root, path, before):
            decided.steps.append(Step(path, before, after))
        else:
            decided.foreign.append(_foreign(path, before, wrote.get(path)))
    return decided


def _names(root: str, path: str, state: Optional[State]) -> List[str]:
    """How a person's word may name what is there: who gave it may not have been able to read it, and root is."""
    if state is None:
        return ["absent"]
    return [state["what"], unreadable(place_of(root, path))]


def _is_free(before: Optional[State], wrote: Optional[Mapping[str, Any]]) -> bool:
    return before is None if wrote is None else before == wrote["state"]


def _foreign(path: str, before: Optional[State], wrote: Optional[Mapping[str, Any]]) -> str:
    if wrote is None:
        return "%s is there, and conc did not write it" % path
    if before is None:
        return "%s was removed by hand" % path
    changed = "content" if before["what"] != wrote["state"]["what"] else "mode or owner"
    return "%s: its %s was changed by hand" % (path, changed)


def states_of(files: List[Dict[str, Any]], owner: str, group: str) -> Dict[str, State]:
    """The wanted state of each file of a rendered tree; ``owner`` and ``group`` where it names none."""
    found: Dict[str, State] = {}
    for file in files:
        if file["kind"] == "link":
            found[file["path"]] = {"what": "link:" + file["target"], "mode": None, "owner": None, "group": None}
        else:
            found[file["path"]] = {
                "what": "sha256:" + file["sha256"],
                "mode": file["mode"],
                "owner": file["owner"] or owner,
                "group": file["group"] or group,
            }
    return found
