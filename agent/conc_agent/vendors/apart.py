"""May the application's wheel live in a folder of its own, beside the vendors', and be imported as from one folder?"""

from __future__ import annotations

import re
from typing import Any, Dict, Iterator, Optional, Sequence

from conc_agent.install.entry import Entry
from conc_agent.install.schemes import LIBRARIES, Layout

Names = Dict[str, Any]
"""What can be imported. None: it is one folder's whole (a module, a package, any other file); else a PEP 420 namespace,
with what it holds."""

#: What a ``.pth`` file asks, if it wants to know in which venv it stands.
_ASKS = re.compile(rb"\w*prefix\b|getsitepackages|sysconfig|get_path")


def unfit(entries: Sequence[Entry], layout: Layout) -> Optional[str]:
    """Why these vendors' wheels need the venv to themselves; None: they don't."""
    for entry in entries:
        for path in _path_files(entry):
            if _ASKS.search((entry.folder / path).read_bytes()):
                return "%s of %s asks for its venv" % (path.partition("/")[2], entry.distribution)
    return _by_data(entries, layout)


def mixed(application: Sequence[Entry], vendors: Names, layout: Layout) -> Optional[str]:
    """Why the application can't be imported from a folder of its own; None: it can. ``vendors``: see ``names_of``.

    Python takes a package from the first folder that has it, whole: only PEP 420 namespaces may be in both.
    """
    for entry in application:
        for path in _path_files(entry):
            return "%s has %s" % (entry.distribution, path.partition("/")[2])
    name = _shared(names_of(application), vendors)
    if name is not None:
        return "the application's wheel and a vendor's both have %s" % name
    return _by_data(application, layout)


def _by_data(entries: Sequence[Entry], layout: Layout) -> Optional[str]:
    """A wheel may bring modules as data; ``names_of`` doesn't look there."""
    libraries = (layout.purelib + "/", layout.platlib + "/")
    for entry in entries:
        for scheme, tree in entry.trees.items():
            prefix = layout.prefix(scheme, entry.distribution)
            for file in tree.files if scheme not in LIBRARIES else ():
                if (prefix + file.path).startswith(libraries):
                    return "%s brings %s as data" % (entry.distribution, file.path)
    return None


def names_of(entries: Sequence[Entry]) -> Names:
    """Where a ``.pth`` file is among them, namespaces count as whole: it may make them at the start (nspkg.pth)."""
    regular = {path.rpartition("/")[0] for path in _library_files(entries) if "/__init__." in path}
    names: Names = {}
    for path in _library_files(entries):
        *folders, last = path.split("/")
        inside, below = names, ""
        for folder in folders:
            below += folder
            if below in regular or not folder.isidentifier():
                inside[folder] = None
                break
            found = inside.setdefault(folder, {})
            if found is None:
                break
            inside, below = found, below + "/"
        else:
            inside[last.partition(".")[0]] = None
    return dict.fromkeys(names) if any(True for entry in entries for _ in _path_files(entry)) else names


def _shared(one: Names, other: Names) -> Optional[str]:
    for name in sorted(set(one) & set(other) - {"__pycache__"}):
        mine, theirs = one[name], other[name]
        if mine is None or theirs is None:
            return name
        below = _shared(mine, theirs)
        if below is not None:
            return "%s.%s" % (name, below)
    return None


def _path_files(entry: Entry) -> Iterator[str]:
    """Those that Python reads at its start, relative to the entry's folder."""
    for scheme in LIBRARIES:
        for file in entry.trees[scheme].files if scheme in entry.trees else ():
            if file.path.endswith(".pth") and "/" not in file.path:
                yield "%s/%s" % (scheme, file.path)


def _library_files(entries: Sequence[Entry]) -> Iterator[str]:
    return (
        file.path
        for entry in entries
        for scheme in LIBRARIES
        if scheme in entry.trees
        for file in entry.trees[scheme].files
    )
