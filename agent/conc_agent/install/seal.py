"""The last strokes to a store entry: bytecode is taken in, RECORD and INSTALLER written, the index made."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Dict, List, Optional

from conc_agent.install.compile import compiled_path
from conc_agent.install.describe import Description
from conc_agent.install.entry import COMPILED, PLAIN, Entry, File, Spot, Tree, folders_of, write_index
from conc_agent.install.record import format_rows, installed_rows, row_for
from conc_agent.install.schemes import SCHEMES, Layout, Place, record_path
from conc_agent.install.unpack import Unpacked

INSTALLER = b"conc\n"


def seal(folder: Path, wheel: str, description: Description, unpacked: Unpacked, layout: Layout, time: int) -> Entry:
    """Turn an unpacked and compiled folder into an entry, index included. Not yet synced or in its place.

    RECORD is complete but for what differs from venv to venv: the scripts of ``generate`` and ``rewrite``.
    """
    files = dict(unpacked.files)
    compiled = _take_bytecode(folder, unpacked, time)
    files.update(compiled)
    rewritten = {("scripts", path) for path in unpacked.rewrite}

    def in_record(spot: Spot) -> str:
        return record_path(layout, description.lib, layout.destination(Place(*spot), description.distribution))

    moved = {path: in_record(place) for path, place in description.places.items()}
    rows = installed_rows(description.rows, moved, [in_record(spot) for spot in compiled])
    venvs_own = {in_record(spot) for spot in rewritten}
    info = description.info
    installer = row_for(f"{info}/INSTALLER", hashlib.sha256(INSTALLER).digest(), len(INSTALLER))
    record = format_rows([row for row in rows if row.path not in venvs_own] + [installer])
    for name, data in (("INSTALLER", INSTALLER), ("RECORD", record)):
        path = f"{info}/{name}"
        files[(description.lib, path)] = _write(folder / description.lib, path, data, time)
    entry = Entry(
        folder,
        wheel,
        description.distribution,
        description.lib,
        info,
        time,
        description.generate,
        unpacked.rewrite,
        _trees(files),
    )
    write_index(entry)
    return entry


def _take_bytecode(folder: Path, unpacked: Unpacked, time: int) -> Dict[Spot, File]:
    """The bytecode that the compiler left, made read-only; the scripts that each venv writes anew have none here."""
    found: Dict[Spot, File] = {}
    for scheme, path in unpacked.files:
        if not path.endswith(".py") or (scheme == "scripts" and path in unpacked.rewrite):
            continue
        target = compiled_path(path)
        file = _bytecode(folder / scheme, target, time)
        shipped = unpacked.files.get(Place(scheme, target))
        if file is not None and (shipped is None or shipped.inode != file.inode):
            found[(scheme, target)] = file
    return found


def _bytecode(folder: Path, path: str, time: int) -> Optional[File]:
    try:
        descriptor = os.open(str(folder / path), os.O_RDONLY)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        data = file.read()
        os.fchmod(descriptor, 0o444)
        os.utime(descriptor, ns=(time, time))
        return File(path, len(data), os.fstat(descriptor).st_ino, COMPILED, hashlib.sha256(data).hexdigest())


def _write(folder: Path, path: str, data: bytes, time: int) -> File:
    descriptor = os.open(str(folder / path), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.utime(descriptor, ns=(time, time))
        return File(path, len(data), os.fstat(descriptor).st_ino, PLAIN, hashlib.sha256(data).hexdigest())


def _trees(files: Dict[Spot, File]) -> Dict[str, Tree]:
    trees: Dict[str, Tree] = {}
    for scheme in SCHEMES:
        own: List[File] = sorted(file for (of, _), file in files.items() if of == scheme)
        if own:
            trees[scheme] = Tree(folders_of([file.path for file in own]), own)
    return trees
