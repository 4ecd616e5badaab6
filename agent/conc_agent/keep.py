"""Keeping the agent's code on a node, for the next connection (``kept.py``). After a change, once its reply is out.

Nothing rests on it: where it can't be written, because of a full disk, a folder of somebody else's or whatever else,
the code is sent again. What stands there is right, or is not read: no fsync is worth its time.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import uuid
from typing import Dict, Optional

from conc_agent import modules
from conc_agent.guard.program import of_sources
from conc_agent.kept import FOLDER, LIMIT, Kept, dump, file_name, open_folder
from conc_agent.modules import Modules

#: Outcomes of a change that leave it behind: what can't deploy to a root leaves nothing there.
_AFTER = ("proven", "done", "halted")
#: Files that are kept: controllers of two versions may take turns.
_FILES = 3


def afterwards(outcome: str) -> None:
    """After a change with this outcome: once the session is over, keep what it knows more than is kept.

    Asks for what was not sent, and doesn't wait.
    """
    hook = modules.installed()
    if outcome not in _AFTER or hook is None or hook.root is None:
        return
    if hook.kept is not None and hook.kept.codes.keys() >= hook.compiled.keys():
        return
    try:
        folder = open_or_make(os.path.realpath(os.path.expanduser(hook.root)))
    except OSError:
        return
    if hook.kept is None:
        hook.need_several(None)
    hook.last = lambda: _keep(hook, folder)


def digest(sources: Dict[str, modules.Source]) -> str:
    """Of all modules of an agent, as src/gateway/agent-digest.ts has it."""
    summed = hashlib.sha256()
    for name, (text, package) in sorted(sources.items()):
        data = text.encode("utf-8")
        summed.update(("%s %d %d\n" % (name, package, len(data))).encode("ascii") + data)
    return summed.hexdigest()


def open_or_make(root: str) -> int:
    """A descriptor of the folder in ``root``. Raises OSError, as ``open_folder``."""
    try:
        os.mkdir(root + "/" + FOLDER, 0o700)
    except FileExistsError:
        pass
    return open_folder(root)


def write(folder: int, digest: str, kept: Kept) -> None:
    """``folder``: a descriptor, of ``open_folder``. Raises OSError."""
    data = dump(digest, kept)
    if len(data) <= LIMIT:
        _write(folder, file_name(digest), data)
        _sweep(folder)


def _keep(hook: Modules, folder: int) -> None:
    known = _known(hook)
    if known is None or hook.digest is None:
        return
    codes = {name: marshal.dumps(code) for name, code in hook.compiled.items()}
    try:
        write(folder, hook.digest, known._replace(codes={**known.codes, **codes}))
    except OSError:
        return


def _known(hook: Modules) -> Optional[Kept]:
    """None: the link was lost before all modules came."""
    if hook.kept is not None:
        return hook.kept
    sources = hook.sources()
    if digest(sources) != hook.digest:
        return None
    return Kept(of_sources(sources), {name: package for name, (_text, package) in sources.items()}, {})


def _write(folder: int, name: str, data: bytes) -> None:
    aside = "." + uuid.uuid4().hex
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with open(os.open(aside, flags, 0o600, dir_fd=folder), "wb") as file:
            file.write(data)
        os.rename(aside, name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:
        _remove(folder, aside)
        raise


def _sweep(folder: int) -> None:
    """The newest stay. What was cut off goes, also what another agent writes just now: its own rename says so to it."""
    names = os.listdir(folder)
    whole = sorted(
        (name for name in names if not name.startswith(".")),
        key=lambda name: os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime_ns,
    )
    for name in [*whole[:-_FILES], *(name for name in names if name.startswith("."))]:
        _remove(folder, name)


def _remove(folder: int, name: str) -> None:
    try:
        os.unlink(name, dir_fd=folder)
    except OSError:
        pass
