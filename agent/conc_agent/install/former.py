"""Of a wheel that is wanted, the one that serves: most files of a new version lie in its store entry already."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional

from conc_agent import release
from conc_agent.install.entry import COMPILED, EXECUTABLE, Entry, File, read_index
from conc_agent.install.store import entry_folder
from conc_agent.install.versions import normal_name

KEY = 5
"""Bytes by which two ends find out that they mean the same file. Should two be alike, the wheel's list tells."""

_MADE_BY_CONC = ("RECORD", "INSTALLER")


class Kept(NamedTuple):
    """A file of an entry. ``name``: as in the archive, but for NAME-VERSION before ``.dist-info/`` and ``.data/``."""

    name: str
    scheme: str
    file: File

    @property
    def executable(self) -> bool:
        return self.file.kind == EXECUTABLE


class Serving(NamedTuple):
    """The wheels of the release that serves: digests by normal names, and the cache tag of their entries."""

    digests: Dict[str, str]
    tag: str

    @classmethod
    def of(cls, root: Path) -> Serving:
        """Without wheels, where none serves."""
        serving = release.current(root)
        record = None if serving is None or not release.ID.match(serving) else release.record(root, serving)
        if record is None:
            return cls({}, "")
        wheels = {normal_name(wheel["name"]): wheel["sha256"] for wheel in record["wheels"]}
        return cls(wheels, record["interpreter"]["cacheTag"])

    def digest_of(self, name: str) -> Optional[str]:
        """Of the wheel of that name, however it is spelt."""
        return self.digests.get(normal_name(name))


class Former(NamedTuple):
    """An entry, and those of its files that came in its wheel, in the order of the signature."""

    entry: Entry
    files: List[Kept]

    @property
    def signature(self) -> str:
        """The key of each file, in base64: its name, its content, and whether it is executable."""
        return base64.b64encode(b"".join(key_of(*kept) for kept in self._told())).decode("ascii")

    def _told(self) -> Iterable[tuple[str, str, bool]]:
        return ((kept.name, kept.file.sha256, kept.executable) for kept in self.files)


def key_of(name: str, sha256: str, executable: bool) -> bytes:
    text = f"{name}\0{sha256}\0{int(executable)}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:KEY]


def former_wheels(root: Path, wheels: Mapping[str, Mapping[str, Any]], wanted: Iterable[str]) -> Dict[str, Former]:
    """By the digest of the wanted wheel; without those for which there is none, or that are smaller than a signature.

    An entry of another interpreter does too: its files are the same.
    """
    serving = Serving.of(root)
    found: Dict[str, Former] = {}
    for digest in wanted:
        there = serving.digest_of(wheels[digest]["file"].partition("-")[0])
        former = None if there is None else _former(entry_folder(root, there, serving.tag))
        if former is not None and 2 * KEY * len(former.files) < wheels[digest]["size"]:
            found[digest] = former
    return found


def _former(folder: Path) -> Optional[Former]:
    try:
        entry = read_index(folder)
    except (OSError, ValueError):
        return None
    own = {(entry.lib, f"{entry.info}/{name}") for name in _MADE_BY_CONC}
    files = [
        Kept(_name_in_archive(entry, scheme, file.path), scheme, file)
        for scheme, tree in entry.trees.items()
        for file in tree.files
        if file.kind != COMPILED and (scheme, file.path) not in own
    ]
    return Former(entry, sorted(files, key=lambda kept: kept.name))


def _name_in_archive(entry: Entry, scheme: str, path: str) -> str:
    if scheme != entry.lib:
        return f".data/{scheme}/{path}"
    info = f"{entry.info}/"
    return f".dist-info/{path[len(info) :]}" if path.startswith(info) else path
