"""What is to be known of a program that reads files of the machine's configuration."""

from __future__ import annotations

from typing import AbstractSet, Callable, List, NamedTuple, Optional, Pattern, Sequence

from conc_agent.servers.staged import Staged


class Found(NamedTuple):
    """``faults``: sentences or lines about what is wrong; none: all is well. ``notes``: what is told anyway."""

    faults: Sequence[str] = ()
    notes: Sequence[str] = ()


class Server(NamedTuple):
    """``test`` says before anything is placed whether its program takes what is staged, and changes nothing.

    ``take_up`` gets what is owed (``subjects``: of systemd its units, of others nothing) and the paths that are conc's
    by now; it may be called again. None: the program reads its files by itself.
    """

    name: str
    #: Of paths below the etc root.
    paths: Pattern[str]
    test: Callable[[Staged], Found]
    take_up: Optional[Callable[[Sequence[str], AbstractSet[str]], Found]] = None
    #: What a changed path is to the program: the subject of a debt. None: nothing but that something changed.
    subject: Callable[[str], Optional[str]] = lambda _path: None
    #: Is its test of any use in an etc root that is not the machine's own?
    anywhere: bool = False


def missing(name: str, paths: List[str]) -> Found:
    """The program is not installed: what is to be placed for it is told, and placed."""
    return Found(notes=["%s is not installed here: nobody has tested or will read %s" % (name, ", ".join(paths))])
