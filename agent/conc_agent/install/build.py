"""A release's directory, from nothing to complete."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Callable, List, Mapping, Optional, Sequence

from conc_agent import release, timing
from conc_agent.durable import json_bytes, sync_folder, write_file
from conc_agent.etc import tree
from conc_agent.install.environment import Environment, Part, VendorTree, make_environment
from conc_agent.install.placed import Placed, SharedTree, write_placed
from conc_agent.install.spare import Spare
from conc_agent.install.store import remove_release
from conc_agent.install.sync import sync_file_system
from conc_agent.launchers import place_launchers


def make_release(
    root: Path,
    record: Mapping[str, Any],
    parts: List[Part],
    each: Callable[[int], None],
    check: Callable[[], None],
    allow: Sequence[str] = (),
    etc: Optional[tree.Tree] = None,
    vendors: Optional[VendorTree] = None,
) -> Environment:
    """Build a release at its final path. An unfinished one is removed first; one that fails here leaves nothing.

    ``release.json`` comes last, after everything that it vouches for has reached the disk (invariant 1).
    """
    folder = release.folder(root, record["id"])
    if folder.exists():
        remove_release(folder)
    folder.mkdir(parents=True)
    try:
        spare = Spare.of(root)
        environment = make_environment(folder / "venv", record["id"], parts, each, check, allow, vendors, spare)
        if etc is not None:
            tree.write(folder, etc)
        document = json_bytes(record)
        sealed = (len(document), hashlib.sha256(document).hexdigest())
        placed = environment.placed if vendors is None else _sharing(environment.placed, parts, vendors)
        write_placed(folder, placed._replace(record=sealed))
        (folder / ".alive").touch()
        (root / "shared" / "log").mkdir(parents=True, exist_ok=True)
        place_launchers(root, folder, dict(record))
        check()
        with timing.span("sync"):
            sync_file_system(folder)
            write_file(folder / "release.json", document)
            sync_folder(folder.parent)
    except BaseException:
        remove_release(folder)
        raise
    return environment


def _sharing(placed: Placed, parts: List[Part], vendors: VendorTree) -> Placed:
    """Of what lies in the tree the release has no files, and of most wheels nothing but scripts, which are its own."""
    known = list(zip(parts, placed.entries))
    shared = [entry for part, entry in known if part.shared and (part.entry.trees or entry.left_out)]
    whole = [entry for part, entry in known if not part.shared]
    return placed._replace(entries=whole, vendors=SharedTree(vendors.name, shared))
