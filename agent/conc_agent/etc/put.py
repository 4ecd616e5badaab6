"""How a file, or a link, comes to its place: written beside it under a dot name, made durable, renamed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import List

from conc_agent.durable import sync_folder
from conc_agent.etc.state import State, group_id, look, user_id

#: Servers read whole folders: nginx, cron and sudo pass over names that begin with a dot.
BEFORE, AFTER = ".", ".conc-new"


def aside(place: str) -> str:
    folder, name = os.path.split(place)
    return os.path.join(folder, BEFORE + name + AFTER)


def stage(place: str, path: str, data: bytes, state: State) -> None:
    """Everything but the rename: content, mode and owner are what they will be. Raises OSError, ``Refused``."""
    staged = aside(place)
    drop(place)
    descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        owner, group = user_id(path, state["owner"]), group_id(path, state["group"])
        found = os.fstat(descriptor)
        if (found.st_uid, found.st_gid) != (owner, group):
            os.fchown(descriptor, owner, group)
        os.fchmod(descriptor, int(state["mode"], 8))
        os.fsync(descriptor)


def stage_link(place: str, target: str) -> None:
    drop(place)
    os.symlink(target, aside(place))


def take(place: str) -> None:
    """What was staged is there from this instant on."""
    os.replace(aside(place), place)
    _sync(place)


def drop(place: str) -> None:
    """Remove what was staged, if anything was."""
    try:
        os.unlink(aside(place))
    except FileNotFoundError:
        pass


def put_file(place: str, path: str, data: bytes, state: State) -> None:
    make_folders(place)
    stage(place, path, data, state)
    take(place)


def put_link(place: str, target: str) -> None:
    make_folders(place)
    stage_link(place, target)
    take(place)


def remove(place: str) -> None:
    if look(place) is not None:
        os.unlink(place)
        _sync(place)


def missing_folders(root: str, paths: List[str]) -> List[str]:
    """Folders, relative to the root, that these paths need and that are not there."""
    wanted = {path.rsplit("/", depth)[0] for path in paths for depth in range(1, path.count("/") + 1)}
    return sorted(folder for folder in wanted if not os.path.isdir(os.path.join(root, folder)))


def make_folders(place: str) -> None:
    """0755 whatever the umask: those that read a configuration are others than who writes it."""
    folder = os.path.dirname(place)
    if os.path.isdir(folder):
        return
    make_folders(folder)
    os.mkdir(folder)
    os.chmod(folder, 0o755)  # noqa: S103
    _sync(folder)


def _sync(place: str) -> None:
    sync_folder(Path(os.path.dirname(place)))
