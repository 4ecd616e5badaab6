"""All entries of a venv are placed: by two processes, where that is quicker."""

from __future__ import annotations

from pathlib import Path
from typing import Callable, List, NamedTuple, Optional, Sequence, Set

from conc_agent import halves
from conc_agent.install.entry import Entry
from conc_agent.install.link import Linker
from conc_agent.install.schemes import Layout

#: A folder takes as long to make as two links do.
_FOLDER = 2
#: Links, below which a second process is not worth its start.
_LEAST = 2000


class Share(NamedTuple):
    """An entry to place; ``copy``: file by file, because it is the application's own; and what is not its own."""

    entry: Entry
    copy: bool
    left_out: Set[str]


class Placement(NamedTuple):
    """Counts of files (``taken``: of the linked, with folders of the spare), and what people should be told."""

    linked: int
    taken: int
    copied: int
    notices: List[str]


def place_all(
    venv: str,
    layout: Layout,
    shares: Sequence[Share],
    each: Callable[[int], None],
    check: Callable[[], None],
    spare: Optional[Path] = None,
) -> Placement:
    """``each`` gets the number of files placed since its last call; it and ``check`` may raise."""
    if not halves.pay(sum(map(_weight, shares)), _LEAST):
        return _place(venv, layout, shares, each, spare)
    mine, others = halves.split(shares, _weight)

    def theirs(look: Callable[[], None]) -> Placement:
        return _place(venv, layout, others, lambda _files: look(), spare)

    ours, answer = halves.both(lambda: _place(venv, layout, mine, each, spare), theirs, check)
    linked, taken, copied, notices = answer
    each(linked + copied)
    new = [notice for notice in notices if notice not in ours.notices]
    return Placement(ours.linked + linked, ours.taken + taken, ours.copied + copied, ours.notices + new)


def _place(
    venv: str, layout: Layout, shares: Sequence[Share], each: Callable[[int], None], spare: Optional[Path]
) -> Placement:
    linker = Linker(venv, layout, each, spare)
    for share in shares:
        linker.place(share.entry, share.copy, share.left_out)
    return Placement(linker.linked, linker.taken, linker.copied, linker.notices)


def _weight(share: Share) -> int:
    trees = share.entry.trees.values()
    return sum(len(tree.files) + _FOLDER * len(tree.folders) for tree in trees)
