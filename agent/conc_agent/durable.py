"""Files that are there after a power loss, or not at all: written aside, synced, renamed, and their folder synced."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Dict, Optional


def write_file(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Replace ``path`` at one instant. ``mode`` holds whatever the umask is."""
    aside = path.with_name("." + path.name + ".new")
    descriptor = os.open(str(aside), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    with open(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
    os.replace(str(aside), str(path))
    sync_folder(path.parent)


def write_json(path: Path, value: Any, mode: int = 0o644) -> None:
    write_file(path, json_bytes(value), mode)


def json_bytes(value: Any) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode("ascii")


def read_json(path: Path) -> Optional[Dict[str, Any]]:
    """None where there is no such file. Raises ValueError where it isn't a JSON object."""
    try:
        value: Any = json.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError) as error:
        raise damaged(path, str(error)) from error
    if not isinstance(value, dict):
        raise damaged(path, "it holds no object")
    return value


def damaged(path: Path, why: str) -> ValueError:
    """What a file that conc wrote is no more."""
    return ValueError("%s is damaged: %s" % (path, why))


def replace_link(link: Path, target: str) -> None:
    """Point ``link`` at ``target`` by one rename(2)."""
    aside = link.with_name("." + link.name)
    remove(aside)
    os.symlink(target, str(aside))
    os.replace(str(aside), str(link))
    sync_folder(link.parent)


def remove(path: Path) -> None:
    """Remove a file or link that may not be there."""
    try:
        path.unlink()
    except FileNotFoundError:
        pass


def make_folders(folder: Path, mode: int = 0o755) -> None:
    """A folder and those above it, where they are not there: there after a power loss too. ``mode`` is its own."""
    if folder.is_dir():
        return
    make_folders(folder.parent)
    folder.mkdir(mode)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make what was made, renamed or removed in a folder durable (fsync(2), notes)."""
    descriptor = os.open(str(folder), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
