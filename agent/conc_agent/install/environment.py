"""A venv filled from the store: for a release, or for a set of tools."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Callable, List, NamedTuple, Optional, Sequence

from conc_agent import timing
from conc_agent.install.collisions import plan_places
from conc_agent.install.compile import Compiler
from conc_agent.install.entry import Entry
from conc_agent.install.own import OwnFiles, info_path
from conc_agent.install.place import Share, place_all
from conc_agent.install.placed import Placed, PlacedEntry
from conc_agent.install.schemes import venv_layout
from conc_agent.install.spare import Spare
from conc_agent.install.venv import make_venv

#: Adds the libraries of a vendors' tree to ``sys.path``, after the venv's own (``site``).
PATH_FILE = "conc-vendors.pth"


class Part(NamedTuple):
    """A wheel to place: its file name, its store entry, and whether it is the application's own.

    ``shared``: its libraries lie in a vendors' tree, and the entry tells only of the rest.
    """

    wheel: str
    entry: Entry
    application: bool
    shared: bool = False


class VendorTree(NamedTuple):
    """Vendors' wheels that a venv shares with others: the tree's name, the absolute paths of its library folders."""

    name: str
    libraries: List[str]


class Environment(NamedTuple):
    """What was made: the lists for later checks, counts of files, and what people should be told."""

    placed: Placed
    linked: int
    taken: int
    copied: int
    notices: List[str]


def make_environment(
    venv: Path,
    prompt: str,
    parts: Sequence[Part],
    each: Callable[[int], None],
    check: Callable[[], None],
    allow: Sequence[str] = (),
    vendors: Optional[VendorTree] = None,
    spare: Optional[Spare] = None,
) -> Environment:
    """Make a venv at its final path and place the parts in their order; raises Refused before it places anything.

    ``each`` gets the number of files placed since its last call; it and ``check`` may raise. ``allow``: the paths at
    which the project lets two wheels meet. ``spare``: what may be taken over.
    """
    with timing.span("venv"):
        make_venv(venv, prompt)
    layout = venv_layout()
    made_by_venv = _files_below(venv)
    with timing.span("plan"):
        plan = plan_places([(part.wheel, part.entry) for part in parts], set(made_by_venv), layout, allow)
    own = OwnFiles(venv, layout)
    if vendors is not None:
        own.write_path_file(PATH_FILE, vendors.libraries)
    compiler = Compiler()
    try:
        with timing.span("link"):
            for part, left_out in zip(parts, plan.left_out):
                if _has_own_record(part):
                    left_out.update(info_path(layout, part.entry, name) for name in ("RECORD", "REQUESTED"))
                own.write_scripts(part.entry, left_out, compiler)
            shares = [Share(part.entry, part.application, out) for part, out in zip(parts, plan.left_out)]
            placement = place_all(str(venv), layout, shares, each, check, spare)
        with timing.span("compile"):
            compiler.finish(check)
    finally:
        compiler.stop()
    with timing.span("records"):
        for part in parts:
            if _has_own_record(part):
                own.write_record(part.entry, part.application)
    links = {path: os.readlink(str(venv / path)) for path in made_by_venv if (venv / path).is_symlink()}
    for path in made_by_venv:
        if path not in links:
            own.add_existing(path)
    entries = [PlacedEntry(part.entry.folder.name, sorted(out)) for part, out in zip(parts, plan.left_out)]
    placed = Placed(entries, own.written, links)
    return Environment(placed, placement.linked, placement.taken, placement.copied, plan.notices + placement.notices)


def _has_own_record(part: Part) -> bool:
    """The stored RECORD serves as it is where nothing of the wheel differs from venv to venv."""
    return part.application or (not part.shared and bool(part.entry.generate or part.entry.rewrite))


def _files_below(venv: Path) -> List[str]:
    """The plain files of a fresh venv, relative to it, and its links."""
    found = []
    for folder, folders, names in os.walk(str(venv)):
        names += [name for name in folders if os.path.islink(os.path.join(folder, name))]
        found.extend(os.path.relpath(os.path.join(folder, name), str(venv)) for name in names)
    return found
