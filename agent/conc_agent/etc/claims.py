"""Which application owns which files of a machine's configuration: one small file for each application's root."""

from __future__ import annotations

import fcntl
import hashlib
import os
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List

from conc_agent import durable

Owner = Dict[str, str]
"""``{id, app, root}``."""


def owner_of(app: str, root: str) -> Owner:
    return {"id": "%s-%s" % (app, hashlib.sha256(root.encode()).hexdigest()[:8]), "app": app, "root": root}


def keep_of(root: str) -> str:
    """Where the claims on an etc root stand. The machine's own have the place that every application finds."""
    return "/var/lib/conc" if root == "/etc" else os.path.join(root, ".conc")


@contextmanager
def locked(keep: str) -> Iterator[None]:
    """One at a time changes a machine's configuration."""
    durable.make_folders(Path(keep) / "owners")
    descriptor = os.open(os.path.join(keep, "lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def claimed(keep: str, owner: str) -> List[str]:
    return (durable.read_json(_file(keep, owner)) or {}).get("files", [])


def claim(keep: str, owner: Owner, files: Iterable[str]) -> None:
    """These and no others."""
    durable.write_json(_file(keep, owner["id"]), dict(owner, files=sorted(files)))


def others(keep: str, owner: str) -> Dict[str, str]:
    """By path, who else claims it, in words. An application whose root is gone claims nothing any more."""
    found: Dict[str, str] = {}
    try:
        names = os.listdir(os.path.join(keep, "owners"))
    except FileNotFoundError:
        return found
    for name in sorted(names):
        if not name.endswith(".json") or name in (owner + ".json",) or name.startswith("."):
            continue
        known: Any = durable.read_json(Path(keep) / "owners" / name)
        if known and os.path.isdir(known["root"]):
            found.update((path, "%s in %s" % (known["app"], known["root"])) for path in known["files"])
    return found


def _file(keep: str, owner: str) -> Path:
    return Path(keep) / "owners" / (owner + ".json")
