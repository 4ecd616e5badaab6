"""``drift``: every file that conc placed, read and compared with what was recorded. ``conc check NODE --drift``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List

from conc_agent import release
from conc_agent.channel import CallError, Channel
from conc_agent.drift.env import every_generation_drift, generation_drift
from conc_agent.drift.etc import etc_drift
from conc_agent.drift.judge import Difference, Judge
from conc_agent.drift.launchers import launcher_drift, other_drift
from conc_agent.drift.release import release_drift
from conc_agent.drift.store import entries_of, entry_drift, every_entry


def serve(channel: Channel, request: Dict[str, Any]) -> Dict[str, Any]:
    """``{root, all, thorough}`` → ``{releases, entries, files, differences: [{path, what, text}]}``. Reads only.

    The release that serves with the store entries that it has files of; ``all``: every complete one, and all entries.
    Not ``thorough``: the release and its launchers alone, by size, time and inode, as the job verify does.
    """
    root = release.root_path(request["root"])
    judge = Judge(request["thorough"])

    def check() -> None:
        if channel.gone:
            raise CallError("drift.left", "the controller went away")

    names = _releases(root, request["all"])
    found: List[Difference] = []
    for name in names:
        found += release_drift(root, name, judge, check) + launcher_drift(root, name) + generation_drift(root, name)
    entries: List[str] = []
    if judge.thorough:
        entries = every_entry(root) if request["all"] else entries_of(root, names)
        for entry in entries:
            found += entry_drift(root, entry, judge, check)
        found += other_drift(root) + etc_drift(root) + every_generation_drift(root)
    return {
        "releases": names,
        "entries": len(entries),
        "files": judge.files,
        "differences": [difference._asdict() for difference in dict.fromkeys(found)],
    }


def _releases(root: Path, every: bool) -> List[str]:
    complete = [name for name in release.listed(root) if release.record(root, name) is not None]
    return complete if every else [name for name in complete if name == release.current(root)]
