"""A change as who only looks sees it: ``ChangeRecord`` of src/release/types.ts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Dict, List, Optional

from conc_agent import durable
from conc_agent.change import journal, lock
from conc_agent.change.pulse import controller

Record = Dict[str, Any]


def change_record(root: Path) -> Optional[Record]:
    """None: there is none. One that conc can't read is told as interrupted, by nobody known."""
    folder = root / lock.NAME
    if not os.path.lexists(str(folder)):
        return None
    running = lock.is_running(root)
    try:
        return _known(folder, running)
    except journal.UNREADABLE:
        # Gone meanwhile; or not what conc wrote.
        return _unknown(running) if os.path.lexists(str(folder)) else None


def _known(folder: Path, running: bool) -> Record:
    story = journal.story_in(folder)
    change = story.opened["change"]
    there = controller(folder) if running else None
    return {
        "state": "running" if running else "halted" if story.held else "interrupted",
        "kind": change["kind"],
        "by": change["by"],
        "since": story.opened["time"],
        "job": _job(story),
        "release": change["release"],
        "why": story.held["why"] if story.held else None,
        "bundle": change["bundle"],
        "conc": change["conc"],
        "attributes": _attributes(folder),
        "controller": ("live" if there.live else "lost") if there else None,
        "heard": there.heard if there else None,
        "needs": _needs(folder, story),
    }


def in_words(change: Record) -> str:
    """``deploy of r42-c21e88b0 by deploy@build-3 since …; job 3 of 9, install; last heard 1 s ago``."""
    text = "%(kind)s of %(release)s by %(by)s since %(since)s" % change
    if change["job"]:
        text += "; job %(index)d of %(of)d, %(name)s" % change["job"]
    if change["controller"] == "lost":
        text += "; its controller was lost %g s ago" % change["heard"]
    elif change["heard"] is not None:
        text += "; last heard %g s ago" % change["heard"]
    return text


def _needs(folder: Path, story: journal.Story) -> Record:
    """What going on, or giving up, may need of a controller: code, its own end of the application, a password."""
    pinned = durable.read_json(folder / "request.json") or {"jobs": []}
    own = [(index, job) for index, job in enumerate(pinned["jobs"]) if job["op"] in ("near", "call")]
    used = [job for index, job in own if index not in story.done or job["request"]["undo"]]
    begun = {*story.done, story.running}
    undone = [job for index, job in own if index in begun and job["request"]["undo"] and not job["request"]["once"]]
    tests = [job for index, job in enumerate(pinned["jobs"]) if job["op"] == "test_release" and index not in story.done]
    # A password that has been taken away would leave half of a machine's configuration behind.
    machine = [job for job in pinned["jobs"] if job["op"] in ("etc", "restart")]
    return {
        "application": bool(own),
        "wheels": any(job["op"] == "deliver" and index not in story.done for index, job in enumerate(pinned["jobs"])),
        "near": any(job["op"] == "near" for job in used),
        "sudo": {"continue": _sudo([*used, *tests, *machine]), "abandon": _sudo([*undone, *machine])},
    }


def _sudo(jobs: List[Record]) -> Record:
    local = [job for job in jobs if job["op"] == "near"]
    return {"remote": _commands([job for job in jobs if job not in local]), "local": _commands(local)}


def _commands(jobs: List[Record]) -> Optional[List[str]]:
    """What for, as shell words; none: one of the jobs doesn't say. None: no job needs it."""
    needing = [job["request"]["sudoCommands"] for job in jobs if job["request"].get("sudo")]
    if not needing:
        return None
    return sorted({command for commands in needing for command in commands}) if all(needing) else []


def _attributes(folder: Path) -> Optional[Record]:
    """Those that make the application what it is, of a change that installs a release."""
    pinned = durable.read_json(folder / "request.json") or {"jobs": []}
    records = [job["request"]["record"] for job in pinned["jobs"] if job["op"] == "install"]
    return records[0]["attributes"] if records else None


def _job(story: journal.Story) -> Optional[Record]:
    if story.running is None and not story.done:
        return None
    return {"index": story.position + 1, "name": story.jobs[story.position], "of": len(story.jobs)}


def _unknown(running: bool) -> Record:
    state = "running" if running else "interrupted"
    return {
        "state": state,
        "kind": "deploy",
        "by": "unknown",
        "since": "unknown",
        "job": None,
        "release": "unknown",
        "why": None,
        "controller": None,
        "heard": None,
        "bundle": "",
        "conc": "",
        "attributes": None,
        "needs": {
            "application": False,
            "wheels": False,
            "near": False,
            "sudo": {"continue": _sudo([]), "abandon": _sudo([])},
        },
    }
