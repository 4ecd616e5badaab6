"""An op's context without a wire: wheels come from a folder of real files."""

from __future__ import annotations

import hashlib
import stat
import sys
import zipfile
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Tuple

from conc_agent.context import Beside, Cancelled, Delivery, Held
from conc_agent.install.contents import canonical
from conc_agent.install.metadata import read_fields

TAG = sys.implementation.cache_tag


class LocalContext:
    """Answers ``ask`` from files; ``cancel_at`` ends the job at the n-th look for a cancellation."""

    def __init__(self, root: Path, wheels: Iterable[Path] = (), release: str = "r1-00000001") -> None:
        self.root = root
        self.release = release
        self.beside = Beside()
        self.asked: List[str] = []
        self.told: List[Tuple[int, Optional[int], str, str]] = []
        self.cancel_at: Optional[int] = None
        self._wheels = {sha256(path.read_bytes()): path for path in wheels}
        self._looks = 0

    def progress(self, done: int, total: Optional[int], unit: str, text: str = "") -> None:
        self.told.append((done, total, unit, text))

    def ask(self, wanted: List[str], held: Mapping[str, Held], like: Mapping[str, str]) -> Iterator[Delivery]:
        for digest in wanted:
            self.asked.append(digest)
            path = self._wheels[digest]
            yield Delivery(digest, path.stat().st_size, canonical(contents_of(path)), blobs_of(path))

    def check_cancelled(self) -> None:
        self._looks += 1
        if self.cancel_at is not None and self._looks >= self.cancel_at:
            raise Cancelled("FAILED", "halted by a test")


def blobs_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        block = file.read(65536)
        while block:
            yield block
            block = file.read(65536)


def contents_of(path: Path) -> List[Dict[str, Any]]:
    """The per-file list as the build makes it."""
    with zipfile.ZipFile(path) as archive:
        files = [
            {
                "path": info.filename,
                "sha256": sha256(archive.read(info)),
                "size": info.file_size,
                "executable": bool(stat.S_ISREG(info.external_attr >> 16) and (info.external_attr >> 16) & 0o111),
            }
            for info in archive.infolist()
            if not info.filename.endswith("/")
        ]
    return sorted(files, key=lambda file: str(file["path"]).encode("utf-16-be"))


def entry_of(path: Path, role: str = "vendor", called: Optional[Dict[str, str]] = None) -> Dict[str, Any]:
    """A wheel as the requests of deliver and install name it; ``called``: name and version, if not its own."""
    contents = contents_of(path)
    about = called or metadata_of(path)
    return {
        "sha256": sha256(path.read_bytes()),
        "file": path.name,
        "name": about["name"],
        "version": about["version"],
        "role": role,
        "size": path.stat().st_size,
        "count": len(contents),
        "unpacked": sum(entry["size"] for entry in contents),
        "contents": sha256(canonical(contents)),
    }


def metadata_of(path: Path) -> Dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        name = next(
            name for name in archive.namelist() if name.endswith(".dist-info/METADATA") and name.count("/") == 1
        )
        return read_fields(archive.read(name), path.name, name)


def record_of(release: str, entries: List[Dict[str, Any]]) -> Dict[str, Any]:
    return {
        "id": release,
        "bundle": "0" * 64,
        "app": "shop",
        "version": "1.0",
        "created": "2026-11-21T10:00:00Z",
        "by": "test",
        "attributes": {},
        "interpreter": {"executable": sys.executable, "full": "%d.%d.%d" % sys.version_info[:3], "cacheTag": TAG},
        "wheels": [{key: entry[key] for key in ("sha256", "name", "version", "role")} for entry in entries],
        "processes": [],
    }


def install_request(
    release: str, entries: List[Dict[str, Any]], tools: Iterable[Dict[str, Any]] = ()
) -> Dict[str, Any]:
    return {"wheels": entries, "record": record_of(release, entries), "tools": list(tools)}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
