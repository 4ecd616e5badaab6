"""What a test came to: the words, and the lines of its failure that a person needs."""

from __future__ import annotations

import asyncio
import os
import traceback
import unittest
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Set

OK = "OK"
FAILED = "FAILED"
ERROR = "ERROR"
SKIPPED = "SKIPPED"
TIMED_OUT = "TIMED OUT"

#: Lines of a traceback or of a test's output, and characters of each.
LINES = 200
WIDTH = 2000

_FOREIGN = tuple(
    str(folder) + os.sep
    for folder in (Path(unittest.__file__).parent, Path(asyncio.__file__).parent, Path(__file__).parent)
)


def result(
    test: Dict[str, str],
    status: str,
    seconds: float,
    text: str = "",
    lines: Sequence[str] = (),
    output: Sequence[str] = (),
) -> Dict[str, Any]:
    """``test``: ``{"id", "class", "name"}``. ``text``: one line that says why; ``lines``: its traceback; ``output``:
    what it printed, told only where it did not go well."""
    shown = [] if status in (OK, SKIPPED) else shorten(output)
    return dict(test, status=status, seconds=round(seconds, 3), text=text[:WIDTH], lines=shorten(lines), output=shown)


def why(error: BaseException) -> str:
    """``35 != 20`` of an assertion, ``TypeError: …`` of anything else: its first line."""
    if isinstance(error, AssertionError) and str(error).strip():
        return str(error).strip().splitlines()[0][:WIDTH]
    text = "".join(traceback.format_exception_only(type(error), error)).strip()
    return (text.splitlines()[-1] if isinstance(error, SyntaxError) else text.splitlines()[0])[:WIDTH]


def traceback_lines(error: BaseException) -> List[str]:
    """Without the frames of unittest, asyncio and conc."""
    told: Any = traceback.TracebackException.from_exception(error)
    _prune(told, set())
    return [line for block in told.format() for line in block.rstrip("\n").split("\n")]


def shorten(lines: Sequence[str]) -> List[str]:
    """Of many both ends."""
    found = [line[:WIDTH] for line in lines]
    if len(found) <= LINES:
        return found
    half = LINES // 2
    return [*found[:half], "… %d lines left out …" % (len(found) - 2 * half), *found[-half:]]


def _prune(told: Optional[traceback.TracebackException], seen: Set[int]) -> None:
    if told is None or id(told) in seen:
        return
    seen.add(id(told))
    own = [frame for frame in told.stack if not frame.filename.startswith(_FOREIGN)]
    told.stack = traceback.StackSummary.from_list(own)
    _prune(told.__cause__, seen)
    _prune(told.__context__, seen)
