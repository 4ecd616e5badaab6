"""Two venvs of the same wheels, file by file. A difference that may stay has its reason here; any other is a fault."""

from __future__ import annotations

import csv
import hashlib
import os
import re
import stat
import struct
from collections import Counter
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Optional, Set, Tuple

from conc_agent.install.record import row_for

REASONS = {
    "installer": "INSTALLER names the program that installed: conc (PEP 376)",
    "requested": "pip was given every wheel by name; of a release only the application is REQUESTED",
    "record": "RECORD holds the hashes of the two files above, and of scripts, which name their own venv",
    "venv-path": "scripts name the interpreter of their own venv",
    "long-path": "#!python of a wheel's script: pip writes a #! line that a long or spaced path breaks; conc's runs",
    "read-only": "vendors' files are links into the store, which nobody may change: mode 444 or 555, not 644 or 755",
    "namespace": "an old-style namespace's __init__.py: the last wheel wins; pip goes backwards by name, conc forwards",
    "bytecode": "bytecode holds its source's time stamp, and the place where it was compiled",
}
_NAMESPACE = re.compile(rb"extend_path\s*\(\s*__path__|declare_namespace\s*\(\s*__name__")
_LIBRARY = re.compile(r"lib/python[^/]+/site-packages/")
_OWN_INFO = re.compile(r"lib/python[^/]+/site-packages/[^/]+\.dist-info/(?P<name>[^/]+)")


class Report(NamedTuple):
    """``files``: how many paths both have; ``reasons``: differences by reason; ``faults``: those without one."""

    files: int
    reasons: Dict[str, int]
    faults: List[str]


def compare(conc: Path, pip: Path, fresh: Set[str], libraries: bool = True) -> Report:
    """``fresh``: paths that are no wheel's. Not ``libraries``: only of what lies outside ``site-packages``."""
    ours, theirs = files(conc) - fresh, files(pip) - fresh
    if not libraries:
        theirs = {path for path in theirs if not _LIBRARY.match(path)}
    counts: Counter[str] = Counter()
    faults = []
    for path in sorted(ours ^ theirs):
        reason = "requested" if path in theirs and _info(path) == "REQUESTED" else None
        if reason is None:
            faults.append(f"only {'conc' if path in ours else 'pip'} has {path}")
        else:
            counts[reason] += 1
    for path in sorted(ours & theirs):
        for reason, what in _differences(conc, pip, path):
            if reason is None:
                faults.append(f"{path}: {what}")
            else:
                counts[reason] += 1
    return Report(len(ours & theirs), dict(counts), faults)


def files(venv: Path) -> Set[str]:
    found: Set[str] = set()
    for folder, _, names in os.walk(str(venv)):
        found.update(os.path.relpath(os.path.join(folder, name), str(venv)) for name in names)
    return found


def _info(path: str) -> Optional[str]:
    match = _OWN_INFO.fullmatch(path)
    return match and match["name"]


def _differences(conc: Path, pip: Path, path: str) -> Iterator[Tuple[Optional[str], str]]:
    """Each with the key of its reason, or None."""
    one, two = (conc / path).lstat(), (pip / path).lstat()
    if bool(one.st_mode & 0o111) != bool(two.st_mode & 0o111) or stat.S_IFMT(one.st_mode) != stat.S_IFMT(two.st_mode):
        yield None, f"mode {one.st_mode:o} instead of {two.st_mode:o}"
    elif one.st_mode != two.st_mode:
        right = (stat.S_IMODE(one.st_mode), stat.S_IMODE(two.st_mode)) in ((0o444, 0o644), (0o555, 0o755))
        yield "read-only" if right else None, f"mode {one.st_mode:o} instead of {two.st_mode:o}"
    if path.endswith(".pyc"):
        yield from _bytecode(conc, pip, path)
        return
    ours, theirs = (conc / path).read_bytes(), (pip / path).read_bytes()
    if ours == theirs:
        return
    if _info(path) == "INSTALLER":
        yield ("installer" if (ours, theirs) == (b"conc\n", b"pip\n") else None), f"{ours!r} and {theirs!r}"
    elif _info(path) == "RECORD":
        yield from _records(conc, pip, path)
    elif path.startswith("bin/"):
        yield _script_reason(conc, pip, ours, theirs), "content"
    else:
        both = path.endswith("/__init__.py") and _NAMESPACE.search(ours) and _NAMESPACE.search(theirs)
        yield ("namespace" if both else None), "content"


def _script_reason(conc: Path, pip: Path, ours: bytes, theirs: bytes) -> Optional[str]:
    if ours.replace(os.fsencode(conc), b"VENV") == theirs.replace(os.fsencode(pip), b"VENV"):
        return "venv-path"
    plain = b"#!" + os.fsencode(pip / "bin" / "python") + b"\n"
    by_shell = b"#!/bin/sh\n'''exec' " in ours
    long = len(plain) > 127 or b" " in plain
    same = ours.partition(b"' '''\n")[2] == theirs.partition(b"\n")[2]
    return "long-path" if theirs.startswith(plain) and by_shell and long and same else None


def _bytecode(conc: Path, pip: Path, path: str) -> Iterator[Tuple[Optional[str], str]]:
    """Of the header (PEP 552) the flags must be equal, and time and size our own source's."""
    ours, theirs = (conc / path).read_bytes(), (pip / path).read_bytes()
    if ours == theirs:
        return
    source = conc / re.sub(r"__pycache__/([^/]+)\.[^./]+\.pyc$", r"\1.py", path)
    if ours[:8] != theirs[:8] or not source.exists():
        yield None, "another kind of bytecode"
        return
    stamp = struct.pack("<2L", int(source.stat().st_mtime) & 0xFFFFFFFF, source.stat().st_size & 0xFFFFFFFF)
    yield ("bytecode" if ours[8:16] == stamp else None), "time stamp and size"


def _records(conc: Path, pip: Path, path: str) -> Iterator[Tuple[Optional[str], str]]:
    ours, theirs = _rows(conc, path), _rows(pip, path)
    for name in sorted(set(ours) | set(theirs)):
        place = os.path.normpath((Path(path).parent.parent / name).as_posix())
        if _info(place) == "REQUESTED":
            continue
        if name not in ours or name not in theirs:
            yield None, f"the row of {name} is in one of them only"
        elif ours[name] != theirs[name]:
            may = _info(place) == "INSTALLER" or place.startswith("bin/")
            yield ("record" if may and _is_true(conc, place, ours[name]) else None), f"the row of {name}"
    text = (conc / path).read_bytes()
    if not text.endswith(b"\r\n") or list(ours) != sorted(ours):
        yield None, "not written as pip writes it"
    yield "record", "REQUESTED"


def _rows(venv: Path, path: str) -> Dict[str, List[str]]:
    text = (venv / path).read_bytes().decode("utf-8")
    return {row[0]: row[1:] for row in csv.reader(text.splitlines())}


def _is_true(venv: Path, place: str, row: List[str]) -> bool:
    data = (venv / place).read_bytes()
    return list(row_for(place, hashlib.sha256(data).digest(), len(data))[1:]) == row
