"""What a program said of staged files, by its exit status."""

from __future__ import annotations

from typing import Sequence

from conc_agent.servers.server import Found
from conc_agent.servers.staged import Staged
from conc_agent.servers.view import NoView


def checked(name: str, staged: Staged, argv: Sequence[str], shadowed: Sequence[str] = ()) -> Found:
    """Its own words are the faults where it doesn't end with 0, and notes where it does."""
    try:
        ran = staged.run(argv, shadowed)
    except NoView as why:
        return untested(name, why)
    if ran.code == 0:
        return Found(notes=ran.lines)
    return Found(faults=ran.lines or ["%s ended with %d" % (name, ran.code)])


def untested(name: str, why: NoView) -> Found:
    return Found(notes=["%s was not asked beforehand, only once its files were placed: %s" % (name, why)])
