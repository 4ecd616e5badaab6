"""``shared/static``, as a web server has it: the files of every release that is kept, so that a page which is open in a
browser finds what it names, before and after a deploy or a rollback.

A name that carries a hash of its content means the same file whichever release names it. Of one that doesn't, that of
the release which serves is there: it is replaced at the switch. What conc put there stands in ``static.json`` of the
root; nothing else is touched.
"""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Dict, List, NamedTuple

from conc_agent import durable, release
from conc_agent.install.sync import sync_file_system
from conc_agent.static import manifest
from conc_agent.static.manifest import Refused, Static

_RECORD = "static.json"


class Added(NamedTuple):
    """How many files are new, and how many wait for the switch because another file has their name."""

    new: int
    waiting: int


def folder(root: Path) -> Path:
    return root / "shared" / "static"


def add(root: Path, name: str, static: Static) -> Added:
    """Every file whose name is free. Raises ``Refused`` where conc did not put what is in the way."""
    known = _known(root)
    new = [path for path in static.files if not os.path.lexists(str(folder(root) / path))]
    foreign = [path for path in static.files if path not in known and path not in new]
    if foreign:
        raise Refused("%s is there, and conc did not put it there" % (folder(root) / foreign[0]))
    if not new:
        return Added(0, len(_differing(static, known)))
    # Before the files: whatever is cut off, conc knows what is its own.
    known.update({path: static.files[path]["sha256"] for path in new})
    _remember(root, known)
    for path in new:
        _place(root, manifest.source(root, name, static, path), path)
    sync_file_system(root)
    return Added(len(new), len(_differing(static, known)))


def replace(root: Path, name: str) -> int:
    """Bring the names that other releases have with other content to what this one has: how many."""
    static = manifest.read(root, name)
    if static is None:
        return 0
    known = _known(root)
    differing = _differing(static, known)
    for path in differing:
        _place(root, manifest.source(root, name, static, path), path)
    if differing:
        known.update({path: static.files[path]["sha256"] for path in differing})
        _remember(root, known)
    return len(differing)


def sweep(root: Path) -> int:
    """Remove what no release names that is still there: how many files."""
    known = _known(root)
    named = {path for each in release.listed(root) for path in (manifest.read(root, each) or Static("", {})).files}
    gone = [path for path in known if path not in named]
    for path in gone:
        durable.remove(folder(root) / path)
        _remove_empty(root, os.path.dirname(path))
    if gone:
        _remember(root, {path: sha256 for path, sha256 in known.items() if path in named})
    return len(gone)


def _differing(static: Static, known: Dict[str, str]) -> List[str]:
    return [path for path, file in static.files.items() if known.get(path) != file["sha256"]]


def _place(root: Path, source: str, path: str) -> None:
    """By one rename, as a link to the release's own file; a copy where the file system has none."""
    target = _parent(root, path) / os.path.basename(path)
    aside = target.with_name("." + target.name + ".new")
    durable.remove(aside)
    try:
        os.link(source, str(aside))
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EMLINK, errno.EPERM, errno.EOPNOTSUPP):
            raise
        shutil.copy2(source, str(aside))
    os.rename(str(aside), str(target))
    # Where both were the same file already, rename(2) does nothing.
    durable.remove(aside)


def _parent(root: Path, path: str) -> Path:
    """The folder of a file, each part of it a folder, and no link that leads elsewhere."""
    place = folder(root)
    for part in ["", *path.split("/")[:-1]]:
        place = place / part
        if place.is_symlink() or (place.exists() and not place.is_dir()):
            raise Refused("%s is not a folder" % place)
        if not place.exists():
            place.mkdir(parents=True)
            place.chmod(0o755)
    return place


def _remove_empty(root: Path, path: str) -> None:
    while path:
        try:
            os.rmdir(str(folder(root) / path))
        except OSError:
            return
        path = os.path.dirname(path)


def _known(root: Path) -> Dict[str, str]:
    return (durable.read_json(root / _RECORD) or {}).get("files", {})


def _remember(root: Path, known: Dict[str, str]) -> None:
    durable.write_json(root / _RECORD, {"files": known})
