"""RECORDs that do not say what is there: both ways."""

from __future__ import annotations

from typing import Callable, Iterator, List

from .case import INFO, SOURCE, Case, Rows, digest, one, wheel

INIT = "good/__init__.py"


def cases() -> Iterator[Case]:
    other = digest(b"other")
    for name, says, row, because in (
        ("hash", "another sha256 than the file's", [INIT, other, "6"], "not what its RECORD says"),
        (
            "hash-sha512",
            "another sha512 than the file's",
            [INIT, digest(b"other", "sha512"), "6"],
            "not what its RECORD says",
        ),
        ("size", "another size than the file's", [INIT, digest(SOURCE), "7"], "RECORD says 7 bytes"),
        ("md5", "a right MD5", [INIT, digest(SOURCE, "md5"), "6"], "weak or unknown hash"),
        ("sha1", "a right SHA-1", [INIT, digest(SOURCE, "sha1"), "6"], "weak or unknown hash"),
        ("unknown-hash", "a hash of an unknown kind", [INIT, "crc32=AAAA", "6"], "weak or unknown hash"),
        ("no-hash", "no hash", [INIT, "", ""], "no hash for"),
        (
            "garbled-hash",
            "a hash that is none",
            [INIT, "sha256=é!", "6"],
            "unreadable hash or size|not what its RECORD says",
        ),
        ("garbled-size", "a size that is none", [INIT, digest(SOURCE), "six"], "unreadable hash or size"),
        ("negative-size", "a negative size", [INIT, digest(SOURCE), "-6"], "unreadable hash or size"),
    ):
        yield one(f"record-{name}", f"{says} in RECORD", because, wheel(rows=_first(row)))
    yield one("record-missing-row", "a file that RECORD lacks", "not in its RECORD", wheel(rows=lambda rows: rows[1:]))
    gone = ["good/gone.py", other, "3"]
    yield one(
        "record-extra-row", "a file that only RECORD has", "not in the archive", wheel(rows=lambda rows: [*rows, gone])
    )
    outside = ["../../../bin/python", other, "3"]
    yield one(
        "record-outside-row",
        "a row for `../../../bin/python`, for pip to remove",
        "not in the archive",
        wheel(rows=lambda rows: [*rows, outside]),
    )
    yield one("record-twice", "two rows for one file", "twice", wheel(rows=lambda rows: [rows[0], *rows]))
    yield one(
        "record-two-truths",
        "two rows for one file, the first one false",
        "twice",
        wheel(rows=lambda rows: [[INIT, other, "6"], *rows]),
    )
    yield one(
        "record-long-row",
        "a row of four fields",
        "RECORD cannot be read",
        wheel(rows=lambda rows: [[*rows[0], "more"], *rows[1:]]),
    )
    yield one(
        "record-not-utf8",
        "a RECORD that is not UTF-8",
        "RECORD cannot be read",
        wheel(change={"RECORD": b"\xff\xfe,,\n"}),
    )
    yield one("record-missing", "no RECORD", f"it has no {INFO}/RECORD", wheel(change={"RECORD": None}))
    yield one("record-blank", "a RECORD without rows", "not in its RECORD", wheel(change={"RECORD": b"\n"}))
    yield one("sound-sha512", "sha512 in RECORD", None, wheel(rows=_strong))
    yield one(
        "sound-no-size", "no size in RECORD", None, wheel(rows=lambda rows: [[row[0], row[1], ""] for row in rows])
    )


def _first(row: List[str]) -> Callable[[Rows], Rows]:
    return lambda rows: [row, *rows[1:]]


def _strong(rows: Rows) -> Rows:
    return [[row[0], digest(SOURCE, "sha512"), row[2]] if row[0] == INIT else row for row in rows]
