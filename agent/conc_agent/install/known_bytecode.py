"""Bytecode that is here already: of sources that a wheel's next version has as the version that serves."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import struct
from pathlib import Path
from typing import Dict, Optional, Sequence, Tuple

from conc_agent.install.bytecode import Bytecode
from conc_agent.install.compile import compiled_path
from conc_agent.install.entry import COMPILED, Entry, File, Spot, read_index
from conc_agent.install.former import Serving
from conc_agent.install.seal import write_new
from conc_agent.install.store import entry_folder
from conc_agent.install.unpack import make_folder

_HEADER = struct.Struct("<4sLLL")
"""Magic number, flags (0: known by its time), the source's time in seconds, its size (PEP 552)."""


class KnownBytecode:
    """``tag``: of the interpreter that it is for."""

    def __init__(self, root: Path, tag: str) -> None:
        self._root = root
        self._tag = tag
        self._serving: Optional[Serving] = None

    def take_over(
        self, wheel: str, aside: Path, sources: Sequence[Tuple[Spot, File]], time: int
    ) -> Dict[Spot, Bytecode]:
        """Write beside sources below ``aside`` what they were compiled to before; returns what was written, by source.

        ``wheel`` is its name, ``time`` (ns) the time stamp of its files, which bytecode tells too. What is not as its
        index says, or not of this interpreter, is left to the compiler. Raises OSError where the disk takes no more.
        """
        entry = self._entry(wheel)
        if entry is None:
            return {}
        before = {(scheme, file.path): file for scheme, tree in entry.trees.items() for file in tree.files}
        made: Dict[Spot, Bytecode] = {}
        for spot, source in sources:
            former = before.get(spot)
            bytecode = before.get((spot[0], compiled_path(spot[1])))
            if former is None or bytecode is None or former.sha256 != source.sha256 or bytecode.kind != COMPILED:
                continue
            data = _read(f"{entry.folder}/{spot[0]}/{bytecode.path}", bytecode, source)
            written = None if data is None else _write(aside / spot[0], bytecode.path, data, time)
            if written is not None:
                made[spot] = written
        return made

    def _entry(self, wheel: str) -> Optional[Entry]:
        if self._serving is None:
            self._serving = Serving.of(self._root)
        digest = self._serving.digest_of(wheel)
        try:
            return None if digest is None else read_index(entry_folder(self._root, digest, self._tag))
        except (OSError, ValueError):
            return None


def _read(path: str, bytecode: File, source: File) -> Optional[bytes]:
    try:
        with open(path, "rb") as file:
            data = file.read(bytecode.size + 1)
    except OSError:
        return None
    if len(data) < _HEADER.size or hashlib.sha256(data).hexdigest() != bytecode.sha256:
        return None
    magic, flags, _, size = _HEADER.unpack_from(data)
    return data if (magic, flags, size) == (importlib.util.MAGIC_NUMBER, 0, source.size & 0xFFFFFFFF) else None


def _write(folder: Path, path: str, former: bytes, time: int) -> Optional[Bytecode]:
    """None: the wheel brought a file of that name, which the compiler replaces."""
    magic, flags, _, size = _HEADER.unpack_from(former)
    data = _HEADER.pack(magic, flags, time // 1_000_000_000 & 0xFFFFFFFF, size) + former[_HEADER.size :]
    if not os.path.isdir(os.path.dirname(f"{folder}/{path}")):
        make_folder(os.path.dirname(f"{folder}/{path}"))
    try:
        file = write_new(folder, path, data, time)
    except FileExistsError:
        return None
    return Bytecode(file.size, file.inode, file.sha256)
