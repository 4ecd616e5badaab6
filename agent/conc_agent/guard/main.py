"""What ``agent.pyz`` is asked to do: ``guard ROOT``, ``undo ROOT DESCRIPTOR``, ``abandon``."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import List


def main(words: List[str]) -> None:
    """A guard waits with few modules; what it needs to undo is imported once it has to, by an interpreter of then."""
    what, *rest = words
    if what == "guard":
        importlib.import_module("conc_agent.guard.wait").wait(Path(rest[0]))
    elif what == "undo":
        importlib.import_module("conc_agent.guard.act").act(Path(rest[0]), int(rest[1]))
    elif what == "abandon":
        importlib.import_module("conc_agent.guard.relay").serve()
    else:
        raise SystemExit("conc: not known: %s" % what)
