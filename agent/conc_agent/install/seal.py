"""The last strokes to a store entry: RECORD and INSTALLER are written, the index is made."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Dict, List, Mapping

from conc_agent.install.bytecode import Bytecode
from conc_agent.install.compile import compiled_path
from conc_agent.install.describe import Description
from conc_agent.install.entry import COMPILED, PLAIN, Entry, File, Spot, Tree, folders_of, write_index
from conc_agent.install.record import format_rows, installed_rows, row_for
from conc_agent.install.schemes import SCHEMES, Layout, Place, record_path
from conc_agent.install.unpack import Unpacked

INSTALLER = b"conc\n"


def seal(
    folder: Path,
    wheel: str,
    description: Description,
    unpacked: Unpacked,
    bytecode: Mapping[Spot, Bytecode],
    layout: Layout,
    time: int,
) -> Entry:
    """Turn an unpacked and compiled folder into an entry, index included. Not yet synced or in its place.

    ``bytecode``: what the compiler left, by its sources; it goes before any that the wheel brought.
    RECORD is complete but for what differs from venv to venv: the scripts of ``generate`` and ``rewrite``.
    """
    files = dict(unpacked.files)
    compiled = _bytecode(bytecode)
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
        files[(description.lib, path)] = write_new(folder / description.lib, path, data, time)
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


def _bytecode(made: Mapping[Spot, Bytecode]) -> Dict[Spot, File]:
    files: Dict[Spot, File] = {}
    for (scheme, source), (size, inode, sha256) in made.items():
        path = compiled_path(source)
        files[(scheme, path)] = File(path, size, inode, COMPILED, sha256)
    return files


def write_new(folder: Path, path: str, data: bytes, time: int) -> File:
    """A file that conc itself adds to an entry; raises FileExistsError where there is one of that name."""
    descriptor = os.open(str(folder / path), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fchmod(descriptor, 0o444)
        os.utime(descriptor, ns=(time, time))
        return File(path, len(data), os.fstat(descriptor).st_ino, PLAIN, hashlib.sha256(data).hexdigest())


def _trees(files: Dict[Spot, File]) -> Dict[str, Tree]:
    trees: Dict[str, Tree] = {}
    for scheme in SCHEMES:
        own: List[File] = sorted(file for (of, _), file in files.items() if of == scheme)
        if own:
            trees[scheme] = Tree(folders_of([file.path for file in own]), own)
    return trees
