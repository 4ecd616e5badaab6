"""``renew``: a release made anew of what another one has: its wheels, from the store, and its rendered etc tree."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Dict, List

from conc_agent import release
from conc_agent.context import Context
from conc_agent.env import generations
from conc_agent.etc import tree
from conc_agent.install import build
from conc_agent.install.disk import disk_outcome
from conc_agent.install.entry import read_index
from conc_agent.install.environment import Part
from conc_agent.install.placed import Placed, read_placed
from conc_agent.install.refused import Refused
from conc_agent.install.schemes import venv_layout
from conc_agent.install.store import entry_folder
from conc_agent.ops.install import Counter, readable_for_all
from conc_agent.outcome import Outcome, blocked, failed, ok, stopped


def run(context: Context, request: Dict[str, Any]) -> Outcome:
    """``{source: ID, record: ReleaseFile}``. Nothing is sent: who changes secrets needs no bundle."""
    root, record = context.root, request["record"]
    if release.record(root, record["id"]) is not None:
        return stopped("already installed")
    try:
        with readable_for_all():
            return _renew(context, request["source"], record)
    except FileNotFoundError as error:
        hint = "deploy its bundle again, then set them: conc deploy, conc env set"
        return failed("%s is not there any more" % error.filename, (), "env.no-wheels", hint)
    except Refused as refusal:
        return failed("%s was refused: %s" % (refusal.wheel, refusal.reason), refusal.evidence, refusal.code)
    except OSError as error:
        outcome = disk_outcome(error, root, "nothing that serves was touched")
        if outcome is None:
            raise
        return outcome


def _renew(context: Context, source: str, record: Dict[str, Any]) -> Outcome:
    root, tag = context.root, sys.implementation.cache_tag
    former = release.record(root, source)
    if former is None:
        return failed("%s is not complete" % source, (), "release.incomplete")
    if former["interpreter"]["cacheTag"] != tag:
        hint = "deploy a bundle for it first: conc deploy"
        text = "the interpreter is %s here by now, and %s has wheels for another" % (tag, source)
        return blocked(text, (), "interpreter.changed", hint)
    generations.values(root, record["env"])
    placed = read_placed(release.folder(root, source))
    met, vendors = _met(placed), None
    if placed.vendors is None:
        parts = _parts(root, record, tag)
    else:
        from conc_agent.vendors.tree import share_named

        parts, vendors = share_named(root, placed.vendors.name, record["wheels"], record["interpreter"])
    count = Counter(context, "linked", sum(len(each.files) for part in parts for each in part.entry.trees.values()))
    etc = tree.read(root, source)
    made = build.make_release(root, record, parts, count.add, context.check_cancelled, met, etc, vendors)
    text = (
        f"of what {source} has: {made.linked:,} files linked, {made.copied:,} copied; env: generation {record['env']}"
    )
    return ok(text)


def _parts(root: Path, record: Dict[str, Any], tag: str) -> List[Part]:
    entries = [(wheel, read_index(entry_folder(root, wheel["sha256"], tag))) for wheel in record["wheels"]]
    return [Part(entry.wheel, entry, wheel["role"] == "application") for wheel, entry in entries]


def _met(placed: Placed) -> List[str]:
    """Where wheels of the former release bring different content, and may: the later one counts again."""
    layout = venv_layout()
    entries = [*placed.entries, *(placed.vendors.entries if placed.vendors is not None else ())]
    return sorted({layout.neutral(path) for entry in entries for path in entry.left_out})
