"""The store: ``<root>/store/<sha256>-<cacheTag>/``, complete from the moment that it has its name."""

from __future__ import annotations

import json
import os
import shutil
import time
import uuid
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Mapping, Sequence, Set, Tuple

from conc_agent import timing, trash
from conc_agent.durable import remove, sync_folder
from conc_agent.install.compile import Compiler
from conc_agent.install.contents import read_contents
from conc_agent.install.describe import Description, describe
from conc_agent.install.disk import check_room
from conc_agent.install.refused import Refused
from conc_agent.install.schemes import venv_layout
from conc_agent.install.seal import seal
from conc_agent.install.sync import sync_file_system
from conc_agent.install.unpack import Unpacked, unpack
from conc_agent.install.wheel import Wheel

_HEX = frozenset("0123456789abcdef")


def store_folder(root: Path) -> Path:
    return root / "store"


def entry_folder(root: Path, digest: str, cache_tag: str) -> Path:
    return store_folder(root) / f"{digest}-{cache_tag}"


def complete_entries(root: Path, cache_tag: str) -> List[str]:
    """The digests of the wheels that need not be delivered for this interpreter."""
    return sorted(digest for digest, tag in _entries(root) if tag == cache_tag)


def staged_wheel(root: Path, digest: str) -> Path:
    """Where ``deliver`` puts a wheel; its list of files stands beside it as ``<sha256>.json``."""
    return root / "change" / "wheels" / f"{digest}.whl"


def add_entries(
    root: Path,
    wheels: Sequence[Mapping[str, Any]],
    cache_tag: str,
    each: Callable[[], None],
    check: Callable[[], None],
) -> int:
    """Unpack, check and compile staged wheels into the store; all or none. Returns the number of files compiled.

    ``each`` is called after every file, ``check`` in every loop: both may raise. The entries are written aside, made
    durable by one syncfs, and only then get their names.
    """
    sweep(store_folder(root))
    compiler = Compiler()
    asides: List[Tuple[Path, Path]] = []
    moment = _moment()
    try:
        unpacked = []
        with timing.span("unpack"):
            for wheel in wheels:
                aside = store_folder(root) / f".{uuid.uuid4().hex}"
                aside.mkdir()
                asides.append((aside, entry_folder(root, wheel["sha256"], cache_tag)))
                unpacked.append((aside, wheel, *_unpack(root, wheel, aside, moment, compiler, each)))
        with timing.span("compile"):
            compiler.finish(check)
        check_room(store_folder(root))
        compiled = 0
        with timing.span("seal"):
            for aside, wheel, description, files in unpacked:
                check()
                entry = seal(aside, wheel["sha256"], description, files, venv_layout(), moment)
                compiled += entry.compiled
        with timing.span("sync"):
            _publish(store_folder(root), asides)
    except BaseException:
        compiler.stop()
        for aside, _ in asides:
            shutil.rmtree(str(aside), ignore_errors=True)
        raise
    for wheel in wheels:
        _unstage(root, wheel["sha256"])
    return compiled


def _moment() -> int:
    """The time stamp of all new files, in ns: just past, like pip's, and not a constant.

    Web servers and ``collectstatic`` tell a changed file by its time. Bytecode knows its source by size and second: no
    later edit may fall into the same second, or old bytecode would mask it.
    """
    return (int(time.time()) - 1) * 1_000_000_000


def _unpack(
    root: Path, wheel: Mapping[str, Any], aside: Path, moment: int, compiler: Compiler, each: Callable[[], None]
) -> Tuple[Description, Unpacked]:
    staged = staged_wheel(root, wheel["sha256"])
    if not staged.exists():
        raise Refused(wheel["file"], "it is neither in the store nor delivered", "wheel.missing")
    contents = read_contents(staged.with_suffix(".json"), wheel["contents"], wheel["file"])
    with Wheel(staged, wheel["file"]) as archive:
        description = describe(archive, wheel, contents, venv_layout())
        files = unpack(archive, description, contents, aside, moment, each)
    for (scheme, path), file in files.files.items():
        if path.endswith(".py") and not (scheme == "scripts" and path in files.rewrite):
            compiler.add(str(aside / scheme / path), file.size)
    return description, files


def _publish(store: Path, asides: List[Tuple[Path, Path]]) -> None:
    sync_file_system(store)
    for aside, final in asides:
        os.rename(str(aside), str(final))
    sync_folder(store)


def _unstage(root: Path, digest: str) -> None:
    """The archive has served: it would only take room until the change is closed."""
    staged = staged_wheel(root, digest)
    remove(staged)
    remove(staged.with_suffix(".json"))


def remove_unused(root: Path, used: Set[str]) -> int:
    """Move to the trash the entries that are not in ``used`` and that no release or tool set refers to; how many."""
    referred = set(_referred(root))
    removed = 0
    for digest, tag in _entries(root):
        if digest not in used and (digest, tag) not in referred:
            trash.discard(root, entry_folder(root, digest, tag))
            removed += 1
    return removed


def remove_release(path: Path) -> None:
    """Remove a release or a tool set, ``<root>/KIND/NAME``: at once it has no name that anything could start from."""
    root = path.parent.parent
    trash.discard(root, path)
    trash.empty(root)


def sweep(folder: Path) -> None:
    """Remove what an interrupted install or removal left: names that start with a dot."""
    if folder.is_dir():
        for name in os.listdir(str(folder)):
            if name.startswith("."):
                shutil.rmtree(str(folder / name), ignore_errors=True)


def _entries(root: Path) -> Iterator[Tuple[str, str]]:
    """Digest and cache tag of each complete entry."""
    try:
        names = os.listdir(str(store_folder(root)))
    except FileNotFoundError:
        return
    for name in names:
        digest, _, tag = name.partition("-")
        if len(digest) == 64 and _HEX.issuperset(digest) and tag:
            yield digest, tag


def _referred(root: Path) -> Iterator[Tuple[str, str]]:
    """Digest and cache tag of each wheel of every complete release and tool set."""
    for record in [*root.glob("releases/*/release.json"), *root.glob("tools/*/tool.json")]:
        try:
            document: Dict[str, Any] = json.loads(record.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        for wheel in document["wheels"]:
            yield wheel["sha256"], document["interpreter"]["cacheTag"]
