"""RECORD: what a wheel says of its files, and what the installed distribution says after (PEP 376, 427)."""

from __future__ import annotations

import base64
import binascii
import csv
import io
from typing import Dict, Iterable, List, NamedTuple, Optional

from conc_agent.install.refused import Refused

UNLISTED = ("RECORD", "RECORD.jws", "RECORD.p7s")
"""Files of ``*.dist-info`` that need no hash in RECORD (PEP 427)."""
_STRONG = ("sha256", "sha384", "sha512")


class Row(NamedTuple):
    """A path with slashes, ``algorithm=digest`` in URL-safe base64 without padding, a size; both may be empty."""

    path: str
    hash: str
    size: str


class Expected(NamedTuple):
    """What RECORD says of one file: the hash algorithm, the digest, the size if it is told."""

    algorithm: str
    digest: bytes
    size: Optional[int]


def read_rows(text: str) -> List[Row]:
    """Short rows are filled up, as pip does. ValueError for longer ones, which pip cuts."""
    try:
        rows = [row for row in csv.reader(text.splitlines()) if row]
    except csv.Error as error:
        raise ValueError(str(error)) from error
    if any(len(row) > 3 for row in rows):
        raise ValueError("a row has more than three fields")
    return [Row(*[*row, "", ""][:3]) for row in rows]


def format_rows(rows: Iterable[Row]) -> bytes:
    """Sorted, ended by CR LF, as pip writes them."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(sorted(rows))
    return text.getvalue().encode("utf-8")


def with_rows(record: bytes, rows: Iterable[Row]) -> bytes:
    """What ``format_rows`` would make of all rows, where it made ``record``. Thousands of rows in every deploy: they
    stay text, unless one of them holds what has to be quoted."""
    new = [(row, format_rows([row])) for row in rows]
    if any(b'"' in text for text in (record, *[line for _, line in new])):
        return format_rows(read_rows(record.decode("utf-8")) + [row for row, _ in new])
    lines = record.split(b"\r\n")[:-1]
    for row, line in new:
        lines.insert(_place_of(row, lines), line[:-2])
    return b"".join(line + b"\r\n" for line in lines)


def _place_of(row: Row, lines: List[bytes]) -> int:
    """Behind all rows that don't sort after it."""
    low, high = 0, len(lines)
    while low < high:
        middle = (low + high) // 2
        if row < Row(*lines[middle].decode("utf-8").split(",")):
            high = middle
        else:
            low = middle + 1
    return low


def row_for(path: str, digest: bytes, size: int) -> Row:
    """A row with a sha256, as pip writes for what it generates."""
    return Row(path, "sha256=" + base64.urlsafe_b64encode(digest).decode("ascii").rstrip("="), str(size))


def expected_files(rows: List[Row], files: Iterable[str], info: str, wheel: str) -> Dict[str, Expected]:
    """What RECORD demands of each file of the archive. Stricter than pip, which doesn't compare.

    Every file must be listed with a strong hash (PEP 427: "sha256 or better"), and every row must be a file: RECORD
    is what ``pip check``, ``pip uninstall`` and auditors believe, so a false one is refused.
    """
    names = set(files)
    free = {f"{info}/{name}" for name in UNLISTED}
    expected: Dict[str, Expected] = {}
    for row in rows:
        if row.path not in names:
            if row.path.endswith("/") or row.path in free:
                continue
            raise Refused(wheel, f"its RECORD lists {row.path!r}, which is not in the archive")
        if row.path in expected:
            raise Refused(wheel, f"its RECORD lists {row.path!r} twice")
        if row.hash:
            expected[row.path] = _expected(row, wheel)
        elif row.path not in free:
            raise Refused(wheel, f"its RECORD has no hash for {row.path!r}")
    for name in names:
        if name not in expected and name not in free:
            raise Refused(wheel, f"{name!r} is in the archive, but not in its RECORD")
    return expected


def _expected(row: Row, wheel: str) -> Expected:
    algorithm, _, text = row.hash.partition("=")
    if algorithm not in _STRONG:
        raise Refused(wheel, f"its RECORD has a weak or unknown hash for {row.path!r}: {algorithm}")
    try:
        digest = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        size = int(row.size) if row.size else None
        if size is not None and size < 0:
            raise ValueError(row.size)
    except (binascii.Error, ValueError) as error:
        raise Refused(wheel, f"its RECORD has an unreadable hash or size for {row.path!r}") from error
    return Expected(algorithm, digest, size)


def installed_rows(rows: List[Row], moved: Dict[str, str], compiled: Iterable[str]) -> List[Row]:
    """RECORD's rows with the paths that files were placed at, as pip computes them.

    ``moved`` maps each placed path of the archive to its path relative to the library folder. Rows of files that were
    not placed keep their path; placed files without a row, and compiled ones, get a row without hash.
    """
    left = dict(moved)
    result = [Row(left.pop(row.path, row.path), row.hash, row.size) for row in rows]
    result.extend(Row(path, "", "") for path in left.values())
    result.extend(Row(path, "", "") for path in compiled)
    return result
