"""The per-file list of a wheel, made at build: what every byte on the node is held against."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Dict, List, NamedTuple

from conc_agent.install.refused import Refused


class Listed(NamedTuple):
    """One file as it must be: sha256 in hex, size in bytes, whether it is executable once placed."""

    sha256: str
    size: int
    executable: bool


Contents = Dict[str, Listed]
"""By the name in the archive."""


def canonical(contents: List[Dict[str, Any]]) -> bytes:
    """The form whose sha256 the manifest holds: keys sorted, no blanks, UTF-8."""
    return json.dumps(contents, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def read_contents(path: Path, digest: str, wheel: str) -> Contents:
    """The staged list of a wheel; ``digest`` is the manifest's for it."""
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise Refused(wheel, "its list of files is not the manifest's", "wheel.contents")
    return {entry["path"]: Listed(entry["sha256"], entry["size"], entry["executable"]) for entry in json.loads(data)}
