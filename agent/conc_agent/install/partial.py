"""A wheel on its way in: the file that it is written to, and what was written of it before an upload was cut off."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import IO, Callable, Dict, Mapping

from conc_agent.context import Held


class Partial:
    """``size`` and ``sha256`` are of all that it holds."""

    def __init__(self, folder: Path, digest: str) -> None:
        self.path = folder / f".{digest}.part"
        self.size = 0
        self._hash = hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    @property
    def held(self) -> Held:
        return Held(self.size, self.sha256)

    def read(self, check: Callable[[], None]) -> None:
        """Take in what the file holds already."""
        with self.path.open("rb") as file:
            block = file.read(1 << 20)
            while block:
                check()
                self.count(block)
                block = file.read(1 << 20)

    def open(self) -> IO[bytes]:
        """What is written to this file goes behind what it holds; each piece is to be counted."""
        return self.path.open("ab" if self.size else "wb")

    def count(self, data: bytes) -> None:
        self.size += len(data)
        self._hash.update(data)


def partials(folder: Path, sizes: Mapping[str, int], check: Callable[[], None]) -> Dict[str, Partial]:
    """What is there of wheels that are still wanted, by digest. Anything else that was begun is removed."""
    found: Dict[str, Partial] = {}
    for path in folder.glob(".*.part"):
        digest = path.name[1 : -len(".part")]
        if 0 < path.stat().st_size < sizes.get(digest, 0):
            found[digest] = Partial(folder, digest)
            found[digest].read(check)
        else:
            path.unlink()
    return found
