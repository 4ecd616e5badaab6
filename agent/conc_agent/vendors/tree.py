"""``<root>/vendors/<16 hex>/``: a venv of the vendors' wheels alone, made as a release's is, and never changed.

It is complete once ``vendors.json``, written last, is there. A release that shares it has of these wheels what does not
lie in the libraries (scripts, headers, data); one ``.pth`` file adds the tree's ``site-packages`` to its ``sys.path``.
"""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from conc_agent import durable, timing
from conc_agent.install.entry import Entry, File, Tree, read_index
from conc_agent.install.environment import Part, VendorTree, make_environment
from conc_agent.install.metadata import EntryPoint
from conc_agent.install.placed import write_placed
from conc_agent.install.schemes import LIBRARIES, venv_layout
from conc_agent.install.store import entry_folder, remove_release
from conc_agent.install.sync import sync_file_system
from conc_agent.vendors import apart, seal
from conc_agent.vendors.places import DAMAGED, RECORD, folder_of, needed

FORMAT = 1
_READ_ONLY = 0o555


class Sharing(NamedTuple):
    """What a release needs of it: the parts to place, in their order, and how the rest is found."""

    parts: List[Part]
    tree: VendorTree
    wheels: int
    notices: List[str]


def share(
    root: Path,
    wheels: Sequence[Mapping[str, Any]],
    interpreter: Mapping[str, Any],
    allow: Sequence[str],
    each: Callable[[int], None],
    check: Callable[[], None],
) -> Union[Sharing, str]:
    """The tree of these wheels' vendors, made if it is not there; or, in words, why the release needs one of its own.

    ``wheels``: ``{sha256, file?, role}``, in the order in which they are placed; all of them are in the store.
    """
    vendors = _vendors(wheels)
    if not vendors:
        return "it has no wheels of vendors"
    folder = _folder_for(root, vendors, interpreter, allow)
    layout = venv_layout()
    about = durable.read_json(folder / RECORD)
    complete = about is not None
    entries: List[Entry] = []
    if about is None:
        entries = [_entry(root, wheel, interpreter) for wheel in vendors]
        why = apart.unfit(entries, layout)
        if why is not None:
            return why
        about = _described(vendors, entries)
    else:
        seal.begin_to_look(folder)
    application = _applications(root, wheels, interpreter)
    why = apart.mixed(list(application.values()), about["names"], layout)
    if why is not None:
        return why
    if not complete:
        about = _make(folder, about, vendors, entries, interpreter, allow, each, check)
    parts = list(_parts(root, wheels, application, about["outer"], interpreter))
    return Sharing(parts, _tree(folder), len(vendors), about["notices"])


def share_named(
    root: Path, name: str, wheels: Sequence[Mapping[str, Any]], interpreter: Mapping[str, Any]
) -> Tuple[List[Part], VendorTree]:
    """The tree that another release of the same wheels shares. FileNotFoundError where it is gone."""
    folder = folder_of(root, name)
    about = durable.read_json(folder / RECORD)
    if about is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(folder / RECORD))
    application = _applications(root, wheels, interpreter)
    return list(_parts(root, wheels, application, about["outer"], interpreter)), _tree(folder)


def _vendors(wheels: Sequence[Mapping[str, Any]]) -> List[Mapping[str, Any]]:
    return [wheel for wheel in wheels if wheel["role"] != "application"]


def _folder_for(
    root: Path, vendors: Sequence[Mapping[str, Any]], interpreter: Mapping[str, Any], allow: Sequence[str]
) -> Path:
    digests = [wheel["sha256"] for wheel in vendors]
    known = durable.json_bytes([FORMAT, digests, interpreter, sorted(allow)])
    name = hashlib.sha256(known).hexdigest()[:16]
    folder, count = folder_of(root, name), 1
    while _is_left_alone(root, folder):
        count += 1
        folder = folder_of(root, "%s-%d" % (name, count))
    return folder


def _is_left_alone(root: Path, folder: Path) -> bool:
    """Did someone change it? No new release shares it, and it is not made anew: others may run from it."""
    if (folder / DAMAGED).exists():
        return True
    try:
        return durable.read_json(folder / RECORD) is None and folder.exists() and folder.name in needed(root)
    except (FileNotFoundError, ValueError):
        return True


def _applications(root: Path, wheels: Sequence[Mapping[str, Any]], interpreter: Mapping[str, Any]) -> Dict[str, Entry]:
    """By digest."""
    own = [wheel for wheel in wheels if wheel["role"] == "application"]
    return {wheel["sha256"]: _entry(root, wheel, interpreter) for wheel in own}


def _entry(root: Path, wheel: Mapping[str, Any], interpreter: Mapping[str, Any]) -> Entry:
    return read_index(entry_folder(root, wheel["sha256"], interpreter["cacheTag"]))


def _described(vendors: Sequence[Mapping[str, Any]], entries: Sequence[Entry]) -> Dict[str, Any]:
    outer = {wheel["sha256"]: _outside(entry) for wheel, entry in zip(vendors, entries)}
    return {
        "format": FORMAT,
        "wheels": [{"sha256": wheel["sha256"]} for wheel in vendors],
        "names": apart.names_of(entries),
        "outer": {
            digest: entry._replace(folder=None)._asdict() for digest, entry in outer.items() if entry is not None
        },
    }


def _outside(entry: Entry) -> Optional[Entry]:
    """What every venv has of an entry by itself; None: nothing."""
    trees = {scheme: tree for scheme, tree in entry.trees.items() if scheme not in LIBRARIES}
    return entry._replace(trees=trees) if trees or entry.generate or entry.rewrite else None


def _make(
    folder: Path,
    about: Mapping[str, Any],
    vendors: Sequence[Mapping[str, Any]],
    entries: Sequence[Entry],
    interpreter: Mapping[str, Any],
    allow: Sequence[str],
    each: Callable[[int], None],
    check: Callable[[], None],
) -> Dict[str, Any]:
    """At its final path, as scripts name it; what fails leaves nothing."""
    if folder.exists():
        remove_release(folder)
    durable.make_folders(folder)
    try:
        parts = [Part(wheel["file"], entry, False) for wheel, entry in zip(vendors, entries)]
        made = make_environment(folder / "venv", folder.name, parts, each, check, allow)
        with timing.span("seal"):
            _close(folder / "venv")
            seal.seal(folder)
        document = dict(
            about,
            interpreter=interpreter,
            notices=made.notices,
            files=made.linked + made.copied,
            seal=seal.digest(folder),
        )
        data = durable.json_bytes(document)
        write_placed(folder, made.placed._replace(record=(len(data), hashlib.sha256(data).hexdigest())))
        check()
        with timing.span("sync"):
            sync_file_system(folder)
            durable.write_file(folder / RECORD, data)
            durable.sync_folder(folder.parent)
    except BaseException:
        remove_release(folder)
        raise
    return document


def _close(venv: Path) -> None:
    """Nobody adds to it by accident; root could."""
    for folder, _, _ in os.walk(str(venv), topdown=False):
        os.chmod(folder, _READ_ONLY)


def _parts(
    root: Path,
    wheels: Sequence[Mapping[str, Any]],
    application: Mapping[str, Entry],
    outer: Mapping[str, Any],
    interpreter: Mapping[str, Any],
) -> Iterator[Part]:
    for wheel in wheels:
        digest = wheel["sha256"]
        if digest in application:
            yield Part(_file(wheel), application[digest], True)
        elif digest in outer:
            entry = _outer(entry_folder(root, digest, interpreter["cacheTag"]), outer[digest])
            yield Part(_file(wheel), entry, False, True)


def _outer(folder: Path, document: Mapping[str, Any]) -> Entry:
    generate = {name: EntryPoint(*point) for name, point in document["generate"].items()}
    trees = {scheme: Tree(tree[0], [File(*file) for file in tree[1]]) for scheme, tree in document["trees"].items()}
    return Entry(**dict(document, folder=folder, generate=generate, trees=trees))


def _file(wheel: Mapping[str, Any]) -> str:
    """For messages; a release that is made of what another one has knows no names of files."""
    return wheel.get("file") or wheel["name"]


def _tree(folder: Path) -> VendorTree:
    layout = venv_layout()
    libraries = dict.fromkeys((layout.purelib, layout.platlib))
    found = ["%s/venv/%s" % (folder, library) for library in libraries if (folder / "venv" / library).is_dir()]
    return VendorTree(folder.name, found)
