"""A release that is installed but not as it was installed: who deploys it again means it to be made anew."""

from __future__ import annotations

from pathlib import Path
from typing import Callable, List

from conc_agent import procs, release, serving, states, trash
from conc_agent.drift.judge import Judge
from conc_agent.drift.release import release_drift
from conc_agent.drift.store import entries_of, entry_drift
from conc_agent.install.store import store_folder
from conc_agent.vendors.places import mark_damaged


def set_aside(root: Path, name: str, check: Callable[[], None]) -> List[str]:
    """Move a damaged release to the trash, and what is damaged of the store entries that it was made of. Returns the
    paths that differed; empty: it stays, because it is whole, or proven, or something runs from it."""
    if release.record(root, name) is None or states.read(root, name)["state"] == states.PROVEN:
        return []
    if name in (release.current(root), serving.chosen(root)):
        return []
    judge = Judge(thorough=False)
    differing = release_drift(root, name, judge, check)
    if not differing or name in procs.live_releases(root):
        return []
    for tree, differences in judge.trees.items():
        if differences:
            mark_damaged(root, tree)
    for entry in entries_of(root, [name]):
        folder = store_folder(root) / entry
        if folder.is_dir() and entry_drift(root, entry, Judge(thorough=True), check):
            trash.discard(root, folder)
    trash.discard(root, release.folder(root, name))
    return [difference.path for difference in differing]
