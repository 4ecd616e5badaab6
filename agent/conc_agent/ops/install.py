"""From staged wheels to a complete release."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Optional, Tuple

from conc_agent import release, timing
from conc_agent.context import Context
from conc_agent.env import generations
from conc_agent.install import build, store, tools
from conc_agent.install.disk import disk_outcome
from conc_agent.install.entry import read_index
from conc_agent.install.environment import Part, VendorTree
from conc_agent.install.making import Making
from conc_agent.install.refused import Refused
from conc_agent.install.versions import normal_name
from conc_agent.outcome import OK, Outcome, blocked, failed, stopped
from conc_agent.uncollected import uncollected
from conc_agent.vendors import places

_HINTS = {
    "wheel.refused": "take another version of it, or ask its authors",
    "wheel.collision": "leave one of them out, or take versions that do not meet",
    "wheel.contents": "the bundle and what is staged on the node differ: conc abandon, then deploy a bundle built anew",
    "wheel.missing": "conc abandon, then deploy again: it will be delivered",
}


def run(context: Context, request: Dict[str, Any]) -> Outcome:
    """Fill the store, make the venv, link, and write ``release.json`` last.

    ``request``: ``{wheels: [{sha256, file, name, version, role, size, count, contents}], record: ReleaseFile,
    tools: [{name, version, wheels}], allow: [path], etc?}``; ``contents`` is the sha256 of the wheel's list of files,
    ``allow`` names where wheels may bring different content, ``etc`` is the rendered tree, if there is one. A complete
    release is left as it is; an unfinished one is made anew.
    """
    try:
        with readable_for_all(), uncollected():
            return _install(context, request)
    except Refused as refusal:
        text = f"{refusal.wheel} was refused: {refusal.reason}; nothing was placed"
        return failed(text, refusal.evidence, refusal.code, _HINTS.get(refusal.code))
    except OSError as error:
        outcome = disk_outcome(error, context.root, "nothing that serves was touched")
        if outcome is None:
            raise
        return outcome


def _install(context: Context, request: Dict[str, Any]) -> Outcome:
    root, record = context.root, request["record"]
    tag = sys.implementation.cache_tag
    if record["interpreter"]["cacheTag"] != tag:
        wanted = record["interpreter"]["cacheTag"]
        return blocked(f"the interpreter is {tag} here, the release is made for {wanted}", code="interpreter.changed")
    complete = release.record(root, record["id"]) is not None
    if record.get("env") is not None:
        generations.values(root, record["env"])
    new_tools = [tool for tool in request["tools"] if not tools.is_complete(tools.tool_folder(root, tool, tag))]
    if complete and not new_tools:
        return stopped("already installed")
    sets = [*([] if complete else [request["wheels"]]), *(tool["wheels"] for tool in new_tools)]
    compiled = _fill_store(context, sets, tag)
    count = Counter(context, "linked", sum(wheel["count"] for wheels in sets for wheel in wheels))
    notices: List[str] = []
    for tool in new_tools:
        folder = tools.tool_folder(root, tool, tag)
        parts = _parts(root, tool["wheels"], tag)
        notices += tools.make_tool(folder, tool, parts, record["interpreter"], count.add, context.check_cancelled)
    if complete:
        return Outcome(OK, "already installed; " + ", ".join(f"{tool['name']} is new" for tool in new_tools), notices)
    allow = request.get("allow", [])
    parts, vendors, said = _placing(context, request, tag, allow, count)
    etc = request.get("etc")
    made = build.make_release(root, record, parts, count.add, context.check_cancelled, allow, etc, vendors)
    linked = f"{made.linked:,} files linked" + (f" ({made.taken:,} taken over)" if made.taken else "")
    counts = [linked, f"{made.copied:,} copied", f"{compiled:,} compiled"]
    if vendors is not None:
        counts.append(f"the rest in {places.FOLDER}/{vendors.name}")
    if record.get("env") is not None:
        counts.append(f"env: generation {record['env']}")
    return Outcome(OK, ", ".join(counts), [*notices, *said, *made.notices])


def _placing(
    context: Context, request: Dict[str, Any], tag: str, allow: List[str], count: Counter
) -> Tuple[List[Part], Optional[VendorTree], List[str]]:
    """What the release's venv gets, the vendors' tree that it shares, if it does, and what people should be told."""
    root, record, wheels = context.root, request["record"], request["wheels"]
    if not places.is_wished(record):
        return _parts(root, wheels, tag), None, []
    from conc_agent.vendors import tree

    shared = tree.share(root, wheels, record["interpreter"], allow, count.add, context.check_cancelled)
    if isinstance(shared, str):
        said = f"venv.vendors = shared does not hold here: {shared}; the release has a whole tree of its own"
        return _parts(root, wheels, tag), None, [said]
    return shared.parts, shared.tree, shared.notices


def _fill_store(context: Context, sets: List[List[Mapping[str, Any]]], tag: str) -> int:
    """Bring every wheel of the sets into the store that is not there; returns the number of files compiled."""
    for wheels in sets:
        _check_unique(wheels)
    have = set(store.complete_entries(context.root, tag))
    new = {wheel["sha256"]: wheel for wheels in sets for wheel in wheels if wheel["sha256"] not in have}
    if not new:
        return 0
    count = Counter(context, "unpacked", sum(wheel["count"] for wheel in new.values()))
    begun = context.beside.take()
    making = begun if isinstance(begun, Making) else Making(context.root)
    return making.finish(list(new.values()), tag, count.one, context.check_cancelled)


def _check_unique(wheels: List[Mapping[str, Any]]) -> None:
    names: Dict[str, str] = {}
    for wheel in wheels:
        name = normal_name(wheel["name"])
        if name in names:
            raise Refused(wheel["file"], f"{names[name]} is a wheel of the same project", "wheel.collision")
        names[name] = wheel["file"]


def _parts(root: Path, wheels: List[Mapping[str, Any]], tag: str) -> List[Part]:
    with timing.span("lists"):
        return [
            Part(
                wheel["file"],
                read_index(store.entry_folder(root, wheel["sha256"], tag)),
                wheel["role"] == "application",
            )
            for wheel in wheels
        ]


class Counter:
    """Progress in files."""

    def __init__(self, context: Context, text: str, total: int) -> None:
        self._context = context
        self._text = text
        self._total = total
        self._done = 0

    def one(self) -> None:
        self.add(1)

    def add(self, files: int) -> None:
        self._done += files
        # Bytecode comes besides what the wheels list.
        total = self._total if self._done <= self._total else None
        self._context.progress(self._done, total, "files", self._text)
        self._context.check_cancelled()


@contextmanager
def readable_for_all() -> Iterator[None]:
    """Services may run as another user than the one who deploys: a strict umask must not shut them out."""
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)
