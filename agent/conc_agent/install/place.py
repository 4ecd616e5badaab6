"""All entries of a venv are placed: by two processes, where that is quicker."""

from __future__ import annotations

from typing import Callable, Dict, List, NamedTuple, Optional, Sequence, Set, Tuple

from conc_agent import halves
from conc_agent.install.entry import Entry, Tree
from conc_agent.install.link import Linker
from conc_agent.install.schemes import Layout
from conc_agent.install.spare import Spare

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
    """Counts of files, and what people should be told. Of the linked ``taken`` came with folders of the spare."""

    linked: int
    taken: int
    copied: int
    notices: List[str]


class _Rest(NamedTuple):
    """What is left to place of a share."""

    share: Share
    trees: Dict[str, Tree]


def place_all(
    venv: str,
    layout: Layout,
    shares: Sequence[Share],
    each: Callable[[int], None],
    check: Callable[[], None],
    spare: Optional[Spare] = None,
) -> Placement:
    """``each`` gets the number of files placed since its last call; it and ``check`` may raise."""
    rests, taken = _take(venv, layout, shares, each, spare)
    pays = halves.pay(sum(map(_weight, rests)), _LEAST)
    placed = _place_by_two(venv, layout, rests, each, check) if pays else _place(venv, layout, rests, each)
    return placed._replace(linked=placed.linked + taken, taken=taken)


def _place_by_two(
    venv: str, layout: Layout, rests: Sequence[_Rest], each: Callable[[int], None], check: Callable[[], None]
) -> Placement:
    mine, others = halves.split(rests, _weight)

    def theirs(look: Callable[[], None]) -> Placement:
        return _place(venv, layout, others, lambda _files: look())

    ours, answer = halves.both(lambda: _place(venv, layout, mine, each), theirs, check)
    linked, _, copied, notices = answer
    each(linked + copied)
    new = [notice for notice in notices if notice not in ours.notices]
    return Placement(ours.linked + linked, 0, ours.copied + copied, ours.notices + new)


def _take(
    venv: str, layout: Layout, shares: Sequence[Share], each: Callable[[int], None], spare: Optional[Spare]
) -> Tuple[List[_Rest], int]:
    """Before anything else is placed. Returns what is left to place, and how many files were taken over."""
    rests, taken = [], 0
    for share in shares:
        entry, trees = share.entry, share.entry.trees
        if spare is not None and not share.copy and entry.lib in trees:
            prefix = layout.prefix(entry.lib, entry.distribution)
            tops = spare.take(entry, venv, prefix, share.left_out)
            if tops:
                rest = _without(trees[entry.lib], tops)
                files = len(trees[entry.lib].files) - len(rest.files)
                trees = dict(trees, **{entry.lib: rest})
                taken += files
                each(files)
        rests.append(_Rest(share, trees))
    return rests, taken


def _without(tree: Tree, tops: Set[str]) -> Tree:
    return Tree(
        [folder for folder in tree.folders if folder.partition("/")[0] not in tops],
        [file for file in tree.files if file.path.partition("/")[0] not in tops],
    )


def _place(venv: str, layout: Layout, rests: Sequence[_Rest], each: Callable[[int], None]) -> Placement:
    linker = Linker(venv, layout, each)
    for rest in rests:
        linker.place(rest.share.entry, rest.trees, rest.share.copy, rest.share.left_out)
    return Placement(linker.linked, 0, linker.copied, linker.notices)


def _weight(rest: _Rest) -> int:
    return sum(len(tree.files) + _FOLDER * len(tree.folders) for tree in rest.trees.values())
