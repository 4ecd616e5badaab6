"""Names that would put a file elsewhere, or that two readers read differently."""

from __future__ import annotations

import struct
import zlib
from typing import Iterator

from .archive import UTF8, Item
from .case import DATA, INFO, SOURCE, Case, one, wheel

EVIL = b"evil = True\n"
LEAVES = "a path that leaves its folder"
PLAIN = "a path that is not in its plain form"
SPECIAL = "a link or another special file"
CONTROL = "a control character in a name"


def cases() -> Iterator[Case]:
    for name, path, because in (
        ("traversal", "../evil.py", LEAVES),
        ("traversal-later", "good/../../evil.py", LEAVES),
        ("traversal-harmless", "good/../evil.py", LEAVES),
        ("traversal-in-scripts", f"{DATA}/scripts/../../evil", LEAVES),
        ("traversal-in-data", f"{DATA}/data/../evil", LEAVES),
        ("absolute", "/tmp/conc-evil.py", "an absolute path"),
        ("absolute-in-data", f"{DATA}/data//tmp/conc-evil", PLAIN),
        ("backslash", "good\\..\\..\\evil.py", "a backslash in a name"),
        ("drive-letter", "C:/evil.py", "a drive letter in a name"),
        ("dot-part", "good/./evil.py", PLAIN),
        ("dot-first", "./good/evil.py", PLAIN),
        ("empty-part", "good//evil.py", PLAIN),
        ("newline", "good/e\nvil.py", CONTROL),
        ("escape", "good/e\x1bvil.py", CONTROL),
        ("delete", "good/e\x7fvil.py", CONTROL),
        ("nul", "good/evil.py\0.txt", CONTROL),
        ("long-name", "good/" + "e" * 252 + ".txt", "a name of more than 255 bytes"),
        ("long-path", "good/" + "e/" * 1000 + "evil.txt", "a path of more than 1024 bytes"),
    ):
        shown = path if len(path) < 60 else path[:20] + "..."
        yield one(f"path-{name}", f"a file named `{_shown(shown)}`", because, wheel([(path, EVIL)]))
    broken = Item(b"good/\xff\xfe.py", EVIL, flags=UTF8)
    yield one(
        "path-not-utf8",
        "a name that is not the UTF-8 that it claims to be",
        "can.t be read|readable zip|UTF-8",
        wheel([broken]),
    )
    second = struct.pack("<BL", 1, zlib.crc32(b"good/x.py")) + b"good/y.py"
    extra = struct.pack("<2H", 0x7075, len(second)) + second
    yield one(
        "path-second-name",
        "a second name in the Unicode path field (Info-ZIP)",
        "a second name, which only some readers see",
        wheel([Item("good/x.py", EVIL, extra=extra)]),
    )
    yield one(
        "path-two-names",
        "another name in the entry's own header",
        "another name in its own header",
        wheel([Item("good/x.py", EVIL, local=b"good/y.py")]),
    )
    yield one("twice", "one path twice", "twice", wheel([Item("good/__init__.py", EVIL)], rows=lambda rows: rows[1:]))
    yield one(
        "file-and-folder",
        "a file where another file needs a folder",
        "both a file and a folder",
        wheel([("good/__init__.py/evil.py", EVIL)]),
    )
    for name, mode, says in (
        ("symlink", 0o120777, "a symbolic link"),
        ("fifo", 0o010644, "a named pipe"),
        ("device", 0o060666, "a device"),
        ("socket", 0o140644, "a socket"),
        ("folder-mode", 0o040755, "a file whose mode says that it is a folder"),
    ):
        yield one(f"kind-{name}", says, SPECIAL, wheel([Item("good/link", b"/etc/passwd", mode)]))
    through = [Item("good/out", b"/tmp", 0o120777), Item("good/out/conc-evil", EVIL)]
    yield one(
        "kind-symlink-through",
        "a symbolic link, and a file through it",
        f"{SPECIAL}|both a file and a folder",
        wheel(through),
    )

    yield one(
        "sound-odd-names",
        "names with commas, quotes, blanks, accents, and differing by case alone",
        None,
        wheel(
            [
                ('good/a, "b" c.txt', EVIL),
                ("good/é ü.txt", EVIL),
                ("good/X.py", SOURCE),
                ("good/x.py", EVIL),
                ("good/...", EVIL),
            ]
        ),
    )
    yield one(
        "sound-folders", "entries for folders", None, wheel([Item("good/", b"", 0o040755), Item("good/sub/", b"", 0)])
    )
    modes = [
        Item("good/setuid", EVIL, 0o104755),
        Item("good/no-mode", EVIL, 0),
        Item("good/x-without-type", EVIL, 0o755),
    ]
    yield one("sound-modes", "setuid, no mode at all, executable without a type", None, wheel(modes))
    yield one(
        "sound-signed",
        "a RECORD.jws",
        None,
        wheel([(f"{INFO}/RECORD.jws", b"{}")], rows=lambda rows: [row for row in rows if "jws" not in row[0]]),
    )


def _shown(path: str) -> str:
    return path.encode("unicode_escape").decode("ascii").replace("\\\\", "\\")
