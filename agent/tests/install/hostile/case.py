"""One case of the corpus, and the sound wheel ``good`` that most cases are made of."""

from __future__ import annotations

import base64
import hashlib
import io
from typing import Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from .archive import Item, write_archive

FILE = "good-1.0-py3-none-any.whl"
INFO = "good-1.0.dist-info"
DATA = "good-1.0.data"
SOURCE = b"x = 1\n"
Rows = List[List[str]]


class Case(NamedTuple):
    """``says``: what is in it. ``because``: what both readers' words match; None: it is sound, and must be placed.

    ``wheels``: by file name, in the order in which they are placed. ``allow``: what the project allows by name.
    """

    name: str
    says: str
    because: Optional[str]
    wheels: Dict[str, bytes]
    allow: Sequence[str] = ()


def one(name: str, says: str, because: Optional[str], wheel: bytes, file: str = FILE) -> Case:
    return Case(name, says, because, {file: wheel})


def metadata(name: str = "good", version: str = "1.0", more: str = "") -> bytes:
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{more}".encode()


def wheel_text(version: str = "1.0", tags: Sequence[str] = ("py3-none-any",)) -> bytes:
    lines = [f"Wheel-Version: {version}", "Generator: test", "Root-Is-Purelib: true", *(f"Tag: {tag}" for tag in tags)]
    return "".join(line + "\n" for line in lines).encode()


def items(
    files: Sequence[Union[Item, Tuple[str, bytes]]] = (),
    change: Optional[Mapping[str, Optional[bytes]]] = None,
    rows: Callable[[Rows], Rows] = lambda rows: rows,
    info: str = INFO,
    name: str = "good",
) -> List[Item]:
    """A sound wheel's entries with ``files`` besides; RECORD lists them all, passed through ``rows``.

    ``change``: files of the dist-info with another content, or, by None, without them.
    """
    about: Dict[str, Optional[bytes]] = {"METADATA": metadata(name), "WHEEL": wheel_text()}
    about.update(change or {})
    record = about.pop("RECORD", b"")
    entries = [
        Item(f"{name}/__init__.py", SOURCE),
        *(each if isinstance(each, Item) else Item(*each) for each in files),
    ]
    entries += [Item(f"{info}/{path}", data) for path, data in about.items() if data is not None]
    if record is not None:
        entries.append(Item(f"{info}/RECORD", record or _record(entries, f"{info}/RECORD", rows)))
    return entries


def wheel(
    files: Sequence[Union[Item, Tuple[str, bytes]]] = (),
    change: Optional[Mapping[str, Optional[bytes]]] = None,
    rows: Callable[[Rows], Rows] = lambda rows: rows,
    info: str = INFO,
    name: str = "good",
) -> bytes:
    return write_archive(items(files, change, rows, info, name))


def digest(data: bytes, algorithm: str = "sha256") -> str:
    found = hashlib.new(algorithm, data).digest()
    return f"{algorithm}=" + base64.urlsafe_b64encode(found).decode("ascii").rstrip("=")


def _record(entries: Sequence[Item], path: str, rows: Callable[[Rows], Rows]) -> bytes:
    listed = [
        [item.path, digest(item.data), str(len(item.data))]
        for item in entries
        if isinstance(item.path, str) and not item.path.endswith("/") and not item.hidden
    ]
    text = io.StringIO(newline="")
    for row in [*rows(listed), [path, "", ""]]:
        text.write(",".join(_quoted(field) for field in row) + "\n")
    return text.getvalue().encode("utf-8")


def _quoted(field: str) -> str:
    """As csv.writer does it, which in Python 3.10 alone refuses NUL."""
    return '"%s"' % field.replace('"', '""') if any(mark in field for mark in ',"\r\n') else field
