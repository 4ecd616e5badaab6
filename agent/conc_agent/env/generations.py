"""``env/<generation>.json``: the values. ``env/record.json``: what is known of each generation, but for its values.

A generation is complete once the record has it. The record keeps size, time and inode of the file, as the store's
index does, and no digest: from a hash of a short secret the secret could be found.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Set, Tuple

from conc_agent import clock, durable, release, states
from conc_agent.channel import CallError
from conc_agent.confidential import keep_out_of_core_files
from conc_agent.env import names

FOLDER, RECORD = "env", "record.json"
FOLDER_MODE, FILE_MODE = 0o700, 0o600


class Generation(NamedTuple):
    """As the record has it. ``names``: since when, and by whom, each has the value that it has."""

    names: Dict[str, Dict[str, str]]
    since: str
    by: str
    #: The release that it was set for; None: nothing served then.
    release: Optional[str]
    size: int
    time: int
    inode: int


def path_of(root: Path, number: int) -> Path:
    return root / FOLDER / ("%d.json" % number)


def recorded(root: Path) -> Dict[int, Generation]:
    """Every complete generation. Raises ValueError where the record is damaged."""
    return _read(root)[0]


def next_number(root: Path) -> int:
    """Never one that was used before."""
    return _read(root)[1]


def _read(root: Path) -> Tuple[Dict[int, Generation], int]:
    path = root / FOLDER / RECORD
    known = durable.read_json(path)
    if known is None:
        return {}, 1
    try:
        found = {int(number): Generation(**about) for number, about in known["generations"].items()}
        if all(map(_fits, found.values())) and type(known["next"]) is int:
            return found, known["next"]
    except (KeyError, TypeError, ValueError, AttributeError):
        pass
    raise durable.damaged(path, "it tells of no generations")


def _fits(about: Generation) -> bool:
    """The name of a release is only compared."""
    numbers = all(type(number) is int for number in (about.size, about.time, about.inode))
    texts = [about.since, about.by, *(each[key] for each in about.names.values() for key in ("since", "by"))]
    return numbers and all(isinstance(text, str) for text in texts)


def of_release(root: Path, name: str) -> Optional[int]:
    """The generation that a release names; None: none, or it is not complete. ValueError where that is damaged."""
    number = (release.record(root, name) or {}).get("env")
    if number is not None and type(number) is not int:
        raise durable.damaged(release.folder(root, name) / "release.json", "it names no generation")
    return number


def newest(root: Path) -> Optional[int]:
    """What the next deploy takes: the newest that a proven release names, or that was set before anything served."""
    known = recorded(root)
    if not known:
        return None
    proven = {
        of_release(root, name) for name in release.listed(root) if states.read(root, name)["state"] == states.PROVEN
    }
    return max((number for number, about in known.items() if about.release is None or number in proven), default=None)


def values(root: Path, number: int) -> Dict[str, str]:
    """Raises ``CallError`` ``env.unreadable`` where it is not there, or not as conc wrote it. Who calls this leaves no
    core file from then on."""
    keep_out_of_core_files()
    path = path_of(root, number)
    try:
        found = durable.read_json(path)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is damaged"
        raise _unreadable(path, str(why)) from None
    held = (found or {}).get("values")
    if found is None or not isinstance(held, dict) or not all(map(names.is_text, held.values())):
        raise _unreadable(path, "it is not there" if found is None else "it is damaged")
    return held


def add(root: Path, number: int, given: Dict[str, str], since: Dict[str, Any], by: str, about: Optional[str]) -> None:
    """Write a generation, durably, then record it. ``since``: its ``names``. ``about``: the release that it is for."""
    folder = root / FOLDER
    if not folder.is_dir():
        folder.mkdir(mode=FOLDER_MODE)
        durable.sync_folder(root)
    os.chmod(str(folder), FOLDER_MODE)
    path = path_of(root, number)
    durable.write_json(path, {"generation": number, "values": given}, FILE_MODE)
    found = os.stat(str(path))
    known = recorded(root)
    known[number] = Generation(since, clock.now(), by, about, found.st_size, found.st_mtime_ns, found.st_ino)
    _write(root, known, max(next_number(root), number + 1))


def sweep(root: Path) -> List[int]:
    """Remove what no release names and no deploy would take, and what a power loss left half written. Under the
    change's lock. Returns the numbers that went."""
    folder = root / FOLDER
    if not folder.is_dir():
        return []
    for name in os.listdir(str(folder)):
        if name.startswith(".") and name.endswith(".new"):
            durable.remove(folder / name)
    known = recorded(root)
    needed: Set[Optional[int]] = {newest(root)} | {of_release(root, name) for name in release.listed(root)}
    gone = sorted(number for number in known if number not in needed)
    for number in gone:
        durable.remove(path_of(root, number))
    if gone:
        _write(root, {number: about for number, about in known.items() if number in needed}, next_number(root))
    return gone


def _write(root: Path, known: Dict[int, Generation], following: int) -> None:
    listed = {str(number): about._asdict() for number, about in known.items()}
    durable.write_json(root / FOLDER / RECORD, {"next": following, "generations": listed}, FILE_MODE)


def _unreadable(path: Path, why: str) -> CallError:
    return CallError(
        "env.unreadable",
        "%s, which holds the application's secrets, can't be read: %s" % (path, why),
        hint="set them again: conc env set; or go back to a release whose generation is whole: conc rollback",
    )
