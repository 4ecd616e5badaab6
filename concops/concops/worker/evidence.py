"""An exception as lines that a person reads."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import List

#: Lines, and characters of each.
LINES = 100
WIDTH = 2000

_here = str(Path(__file__).parent)


def summary(error: BaseException) -> str:
    """``TypeError: …``, its first line."""
    text = "".join(traceback.format_exception_only(type(error), error)).strip()
    last = text.splitlines()[-1] if isinstance(error, SyntaxError) else text.splitlines()[0]
    return last[:WIDTH]


def lines(error: BaseException) -> List[str]:
    """Its traceback, from the first frame that is not the worker's own; of a long one both ends."""
    told = traceback.TracebackException.from_exception(error)
    told.stack = traceback.StackSummary.from_list([f for f in told.stack if not f.filename.startswith(_here)])
    found = [line[:WIDTH] for block in told.format() for line in block.rstrip("\n").split("\n")]
    if len(found) <= LINES:
        return found
    half = LINES // 2
    return [*found[:half], "… %d lines left out …" % (len(found) - 2 * half), *found[-half:]]
