"""An exception as lines that a person reads."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import List

#: How long each may be, the worker's pipe says: it masks secrets first, so that none is cut in two.
LINES = 100

_here = str(Path(__file__).parent)


def summary(error: BaseException) -> str:
    """``TypeError: …``, its first line."""
    text = "".join(traceback.format_exception_only(type(error), error)).strip()
    return text.splitlines()[-1 if isinstance(error, SyntaxError) else 0]


def lines(error: BaseException) -> List[str]:
    """Its traceback, from the first frame that is not the worker's own; of a long one both ends."""
    told = traceback.TracebackException.from_exception(error)
    told.stack = traceback.StackSummary.from_list([f for f in told.stack if not f.filename.startswith(_here)])
    found = [line for block in told.format() for line in block.rstrip("\n").split("\n")]
    if len(found) <= LINES:
        return found
    half = LINES // 2
    return [*found[:half], "… %d lines left out …" % (len(found) - 2 * half), *found[-half:]]
