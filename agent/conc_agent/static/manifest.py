"""``static.json`` of a release: which static files it names, and where they lie. Written once all are there."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any, Dict, NamedTuple, Optional

from conc_agent import durable, release

NAME = "static.json"
_BLOCK = 1 << 20


class Static(NamedTuple):
    """``files``: by path, relative to the folder ``place`` of the release: ``{"sha256", "size"}``."""

    place: str
    files: Dict[str, Dict[str, Any]]


class Refused(Exception):
    """Something among the files can't be taken."""


def read(root: Path, name: str) -> Optional[Static]:
    """None: it has none, or they were not collected to their end."""
    found = durable.read_json(release.folder(root, name) / NAME)
    return None if found is None else Static(found["place"], found["files"])


def write(root: Path, name: str, place: str) -> Static:
    """Of every file below a folder of the release. Raises ``Refused``."""
    folder = release.folder(root, name)
    found = Static(place, dict(sorted(_files(folder, folder / place).items())))
    durable.write_json(folder / NAME, found._asdict())
    return found


def source(root: Path, name: str, static: Static, path: str) -> str:
    """Where a file of it really lies."""
    return os.path.realpath(str(release.folder(root, name) / static.place / path))


def _files(home: Path, top: Path) -> Dict[str, Dict[str, Any]]:
    found: Dict[str, Dict[str, Any]] = {}
    for folder, folders, names in os.walk(str(top)):
        for name in [*(each for each in folders if os.path.islink(os.path.join(folder, each))), *names]:
            path = os.path.join(folder, name)
            shown, real = os.path.relpath(path, str(top)), os.path.realpath(path)
            # Django's collectstatic --link makes links into the release: those are files of it.
            if not real.startswith(str(home) + os.sep) or not os.path.isfile(real):
                raise Refused("%s is no file of the release" % shown)
            found[shown] = {"sha256": _sha256(real), "size": os.path.getsize(real)}
    return found


def _sha256(path: str) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(_BLOCK), b""):
            digest.update(block)
    return digest.hexdigest()
