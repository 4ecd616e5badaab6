"""A staged wheel becomes a folder of checked, read-only files: hashed, inflated and written in one pass."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Callable, Dict, List, NamedTuple, Optional, Tuple

from conc_agent.install.contents import Contents, Listed
from conc_agent.install.describe import Description
from conc_agent.install.entry import EXECUTABLE, PLAIN, File, Spot, folders_of
from conc_agent.install.refused import Refused
from conc_agent.install.scripts import needs_rewriting
from conc_agent.install.wheel import Wheel

MADE_BY_CONC = ("RECORD", "INSTALLER")
"""Files of ``*.dist-info`` that are checked in the archive and then written anew."""


class Unpacked(NamedTuple):
    """What was written: files by scheme and path, and the scripts that ask for the venv's interpreter."""

    files: Dict[Spot, File]
    rewrite: List[str]


def unpack(
    archive: Wheel, description: Description, contents: Contents, folder: Path, time: int, each: Callable[[], None]
) -> Unpacked:
    """Write a wheel's files below ``folder``, one folder for each scheme.

    Every file is compared with ``contents`` and RECORD while it is written. ``time`` (ns) becomes every file's.
    ``each`` is called after every file, and may raise to end it. Modes hold whatever the umask is.
    """
    _make_folders(description, folder)
    unpacked = Unpacked({}, [])
    left_out = {f"{description.info}/{name}" for name in MADE_BY_CONC}
    for path in archive.members:
        place = description.places.get(path)
        listed = contents[path]
        if place is None or path in left_out:
            _copy(archive, path, listed, description, None)
            continue
        target = f"{folder}/{place.scheme}/{place.path}"
        mode = 0o555 if listed.executable else 0o444
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            os.fchmod(descriptor, mode)
            start = _copy(archive, path, listed, description, descriptor)
            os.utime(descriptor, ns=(time, time))
            inode = os.fstat(descriptor).st_ino
        finally:
            os.close(descriptor)
        file = File(place.path, listed.size, inode, EXECUTABLE if listed.executable else PLAIN, listed.sha256)
        unpacked.files[place] = file
        if place.scheme == "scripts" and needs_rewriting(start):
            unpacked.rewrite.append(place.path)
        each()
    return unpacked


def sources(unpacked: Unpacked) -> List[Tuple[Spot, File]]:
    """What is to be compiled: not the scripts that each venv writes anew."""
    rewritten = {("scripts", path) for path in unpacked.rewrite}
    return [(spot, file) for spot, file in unpacked.files.items() if spot[1].endswith(".py") and spot not in rewritten]


def make_folder(path: str) -> None:
    """One that all may read, whatever the umask is."""
    os.mkdir(path)
    os.chmod(path, 0o755)  # noqa: S103


def _make_folders(description: Description, folder: Path) -> None:
    paths = [f"{place.scheme}/{place.path}" for place in description.places.values()]
    for name in folders_of(paths):
        make_folder(f"{folder}/{name}")


def _copy(archive: Wheel, path: str, listed: Listed, description: Description, descriptor: Optional[int]) -> bytes:
    """Check one file, writing it where a descriptor is given. Returns its first block."""
    digest = hashlib.sha256()
    expected = description.expected.get(path)
    other = hashlib.new(expected.algorithm) if expected is not None and expected.algorithm != "sha256" else None
    first = b""
    size = 0
    for block in archive.blocks(path):
        first = first or block
        size += len(block)
        digest.update(block)
        if other is not None:
            other.update(block)
        if descriptor is not None:
            _write_all(descriptor, block)
    if size != listed.size or digest.hexdigest() != listed.sha256:
        raise Refused(archive.name, f"the content of {path!r} is not what the manifest says", "wheel.contents")
    if other is not None and expected is not None and other.digest() != expected.digest:
        raise Refused(archive.name, f"the content of {path!r} is not what its RECORD says")
    return first


def _write_all(descriptor: int, block: bytes) -> None:
    view = memoryview(block)
    while view:
        view = view[os.write(descriptor, view) :]
