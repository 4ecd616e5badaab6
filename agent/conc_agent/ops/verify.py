"""Every file of a release against what was recorded when it was made."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import Any, Dict, List, Optional, Set

from conc_agent import release
from conc_agent.context import Context
from conc_agent.install.entry import Entry, read_index
from conc_agent.install.placed import Own, read_placed
from conc_agent.install.schemes import venv_layout
from conc_agent.install.store import store_folder
from conc_agent.outcome import Outcome, failed, ok

_SHOWN = 10


def run(context: Context, request: Dict[str, Any]) -> Outcome:
    """Linked files by size, time and inode; copied and generated ones by their content; scripts by their mode."""
    folder = release.folder(context.root, context.release)
    if release.record(context.root, context.release) is None:
        return failed(f"{context.release} is not complete", code="release.incomplete", hint="install it again")
    venv = folder / "venv"
    placed = read_placed(folder)
    differing: List[str] = []
    total = len(placed.own) + 1
    for part in placed.entries:
        context.check_cancelled()
        try:
            entry = read_index(store_folder(context.root) / part.folder)
        except FileNotFoundError:
            differing.append(f"store/{part.folder} is missing")
            continue
        left_out = set(part.left_out)
        total += sum(len(tree.files) for tree in entry.trees.values())
        differing += _compare_entry(entry, f"{venv}/", left_out)
        context.progress(total, None, "files")
    for own in placed.own:
        differing += _compare_own(venv, own)
    if not os.access(str(venv / "bin" / "python"), os.X_OK):
        differing.append("bin/python does not lead to an interpreter")
    if differing:
        return failed(
            f"{len(differing):,} of {total:,} files differ from what was installed",
            _first(differing),
            "release.differs",
            f"someone or something changed {folder}. Deploy again under a new release, or restore the files",
        )
    return ok("every file as in the manifest")


def _compare_entry(entry: Entry, venv: str, left_out: Set[str]) -> List[str]:
    layout = venv_layout()
    differing = []
    lstat = os.lstat
    for scheme, tree in entry.trees.items():
        prefix = layout.prefix(scheme, entry.distribution)
        rewritten = set(entry.rewrite) if scheme == "scripts" else set()
        for path, size, inode, _, sha256 in tree.files:
            destination = prefix + path
            try:
                found = lstat(venv + destination)
            except FileNotFoundError:
                problem: Optional[str] = "is missing"
            else:
                if found.st_ino == inode and found.st_size == size and found.st_mtime_ns == entry.time:
                    continue
                problem = _difference(venv + destination, found, size, sha256, entry.time)
            if problem is not None and destination not in left_out and path not in rewritten:
                differing.append(f"{destination} {problem}")
    return differing


def _compare_own(venv: Path, own: Own) -> List[str]:
    path = venv / own.path
    try:
        found = path.lstat()
    except FileNotFoundError:
        return [f"{own.path} is missing"]
    problem = _difference(str(path), found, own.size, own.sha256, None)
    if problem is None and own.executable and not found.st_mode & stat.S_IXUSR:
        problem = "is not executable"
    return [] if problem is None else [f"{own.path} {problem}"]


def _difference(path: str, found: os.stat_result, size: int, sha256: str, time: Optional[int]) -> Optional[str]:
    """A file that is not the store's own (another inode) is judged by its content."""
    if not stat.S_ISREG(found.st_mode):
        return "is not a plain file"
    if found.st_size != size:
        return f"has {found.st_size:,} bytes instead of {size:,}"
    if time is not None and found.st_mtime_ns != time:
        return "has another time stamp"
    with open(path, "rb") as file:
        if hashlib.sha256(file.read()).hexdigest() != sha256:
            return "has other content"
    return None


def _first(differing: List[str]) -> List[str]:
    shown = differing[:_SHOWN]
    if len(differing) > _SHOWN:
        shown.append(f"and {len(differing) - _SHOWN:,} more")
    return shown
