"""Two wheels, one path: which of them gets it, or neither."""

from __future__ import annotations

import re
from itertools import repeat
from typing import Dict, List, NamedTuple, Sequence, Set, Tuple

from conc_agent.install.compile import compiled_path
from conc_agent.install.entry import COMPILED, Entry, File
from conc_agent.install.refused import Refused
from conc_agent.install.schemes import Layout

_NAMESPACE = re.compile(rb"extend_path\s*\(\s*__path__|declare_namespace\s*\(\s*__name__")
_NAMESPACE_MAX = 8192


class Plan(NamedTuple):
    """``left_out``: for each entry, in order, the destinations that a later one takes. ``notices``: told to people."""

    left_out: List[Set[str]]
    notices: List[str]


def plan_places(entries: List[Tuple[str, Entry]], taken: Set[str], layout: Layout, allow: Sequence[str] = ()) -> Plan:
    """Decide who places what, before anything is placed. ``entries``: the wheel's file name, and its entry, in order.

    ``taken`` are the files of the fresh venv. Equal content at one path is fine. Different content is refused, naming
    both, but for the ``__init__.py`` of an old-style namespace (pkgutil, pkg_resources), and for what the project
    allows by name (``allow``: ``site-packages/tests/__init__.py``, or a whole folder ``site-packages/tests/``): there
    the last wins, as with pip.
    """
    plan = Plan([set() for _ in entries], [])
    owner: Dict[str, Tuple[int, File]] = {}
    folders: Set[str] = set()
    for index, (_, entry) in enumerate(entries):
        for scheme, tree in entry.trees.items():
            prefix = layout.prefix(scheme, entry.distribution)
            folders.update(prefix + folder for folder in tree.folders)
            placed = dict(zip([prefix + file.path for file in tree.files], zip(repeat(index), tree.files)))
            if not owner.keys().isdisjoint(placed):
                for destination in [each for each in placed if each in owner]:
                    newcomer = placed[destination]
                    _meet(plan, entries, owner, newcomer, destination, layout.neutral(destination), allow)
            owner.update(placed)
        for name, point in entry.generate.items():
            destination = layout.prefix("scripts", entry.distribution) + name
            made = File(name, 0, 0, 0, f"{point.module}:{point.function}")
            if destination in owner:
                _meet(plan, entries, owner, (index, made), destination, layout.neutral(destination), allow)
            owner[destination] = (index, made)
    for destination in taken.intersection(owner):
        raise Refused(entries[owner[destination][0]][0], f"{destination} belongs to the venv itself")
    for destination in folders.intersection(owner):
        wheel = entries[owner[destination][0]][0]
        raise Refused(
            wheel,
            f"{layout.neutral(destination)} would be a file where another wheel needs a folder",
            "wheel.collision",
        )
    return plan


def _meet(
    plan: Plan,
    entries: List[Tuple[str, Entry]],
    owner: Dict[str, Tuple[int, File]],
    newcomer: Tuple[int, File],
    destination: str,
    neutral: str,
    allow: Sequence[str],
) -> None:
    """The later one wins, if it may. Bytecode follows its source."""
    before, file = owner[destination]
    index, other = newcomer
    left_out = plan.left_out[before]
    left_out.add(destination)
    if COMPILED in (file.kind, other.kind):
        return
    if destination.endswith(".py"):
        left_out.add(compiled_path(destination))
    if file.sha256 == other.sha256:
        return
    first, second = entries[before][0], entries[index][0]
    if is_allowed(neutral, allow):
        plan.notices.append(
            f"{neutral} is in {first} and in {second}, as allow.collisions permits: the latter's is in place"
        )
        return
    if not (_is_namespace(entries[before][1], destination) and _is_namespace(entries[index][1], destination)):
        raise Refused(
            second,
            f"{neutral} is in {first} too, with different content",
            "wheel.collision",
            (f"{neutral}: {first}", f"{neutral}: {second}"),
        )
    plan.notices.append(f"{neutral} is a namespace of {first} and {second}: the latter's is in place")


def is_allowed(neutral: str, allow: Sequence[str]) -> bool:
    return any(neutral == each or (each.endswith("/") and neutral.startswith(each)) for each in allow)


def _is_namespace(entry: Entry, destination: str) -> bool:
    if not destination.endswith("/__init__.py"):
        return False
    for scheme in ("purelib", "platlib"):
        for file in entry.trees[scheme].files if scheme in entry.trees else ():
            if destination.endswith("/site-packages/" + file.path) and file.size <= _NAMESPACE_MAX:
                return _NAMESPACE.search((entry.folder / scheme / file.path).read_bytes()) is not None
    return False
