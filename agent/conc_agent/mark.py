"""The last line of a program that conc places: a digest of all that stands above it, by which an edit is seen."""

from __future__ import annotations

import hashlib
from typing import Optional

_MARK = b"# conc: what stands above has the sha256 "


def marked(text: str) -> str:
    """For programs of any language whose comments begin with ``#``."""
    return text + (_MARK + _digest(text.encode("utf-8", "surrogateescape")) + b"\n").decode("ascii")


def fits(data: bytes) -> Optional[bool]:
    """Is a program as it was placed? None: it has no such line."""
    text, found, digest = data.rpartition(_MARK)
    return digest == _digest(text) + b"\n" if found else None


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).hexdigest().encode("ascii")
