"""``etc.json`` in the application's root: what conc wrote of the etc tree last, to know it from what others wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict

from conc_agent import durable

Wrote = Dict[str, Any]
"""``{root, release, files: {path: {state, stamp, original?}}, made: [folder], pending: [debt], crontab?}``.

``root``: the etc root, absolute; ``made``: folders that were not there; ``pending``: what is still to be taken up
(``servers/every.py``, ``owed``); ``crontab``: the lines in the user's crontab, missing: none.
"""
_FILE = "etc.json"
#: In the folder of a change that has begun with a tree, and has not put it back.
BEGUN = "etc.json"


def read(root: Path) -> Wrote:
    return durable.read_json(root / _FILE) or {"root": None, "release": None, "files": {}, "made": [], "pending": []}


def write(root: Path, wrote: Wrote) -> None:
    durable.write_json(root / _FILE, wrote, 0o600)


def is_known(root: Path) -> bool:
    """Has conc ever written anything of a tree here?"""
    return (root / _FILE).exists()
