"""What a vendors' tree looked like when it was complete: inode, mode, size and time of every file and folder.

A program of its own looks again, beside the other work of a deploy: some ten thousand calls of stat(2).
"""

from __future__ import annotations

import hashlib
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import Callable, Dict, List

FILE = "seal"

_PROGRAM = """
import os, sys
from array import array
venv, seal = map(os.fsencode, sys.argv[1:3])
def look(paths):
    here = os.open(venv, os.O_RDONLY)
    rows = array("q")
    for path in paths:
        found = os.stat(path, dir_fd=here, follow_symlinks=False)
        rows.extend((found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns))
    return rows.tobytes()
if sys.argv[3:]:
    paths = [b"."]
    for folder, folders, names in os.walk(venv):
        paths += [os.path.relpath(os.path.join(folder, name), venv) for name in folders + names]
    names = b"\\0".join(paths)
    with open(seal, "xb") as file:
        file.write(b"%d\\n" % len(names) + names + look(paths))
else:
    with open(seal, "rb") as file:
        names = file.read(int(file.readline()))
        if file.read() != look(names.split(b"\\0")):
            sys.exit("something is not as it was")
os.write(1, b"well")
"""
_COMMAND = ("-I", "-S", "-X", "utf8", "-c", _PROGRAM)

_begun: Dict[str, subprocess.Popen[bytes]] = {}


def seal(folder: Path) -> None:
    """Write the seal of ``folder/venv`` beside it."""
    subprocess.run([*_words(folder), "write"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    os.chmod(str(folder / FILE), 0o444)


def begin_to_look(folder: Path) -> None:
    """Have a tree looked at while other things are done; ``is_as_sealed`` takes the answer. It ends by itself."""
    if str(folder) not in _begun:
        _begun[str(folder)] = subprocess.Popen(
            _words(folder), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )


def is_as_sealed(folder: Path, check: Callable[[], None]) -> bool:
    """Has the tree, since this change began to look, every file and folder that it had, and no other? By inode, mode,
    size and time of each. False: something differs, or could not be looked at; who wants to know what, compares."""
    begin_to_look(folder)
    process = _begun.pop(str(folder))
    with process:
        if process.stdout is None:
            return False
        try:
            while not select.select([process.stdout], [], [], 0.2)[0]:
                check()
        except BaseException:
            process.kill()
            raise
        return process.stdout.read() == b"well"


def digest(folder: Path) -> str:
    return hashlib.sha256((folder / FILE).read_bytes()).hexdigest()


def _words(folder: Path) -> List[str]:
    return [sys.executable, *_COMMAND, str(folder / "venv"), str(folder / FILE)]
