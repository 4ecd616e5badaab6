"""What a vendors' tree looked like when it was complete: inode, mode, size and time of every file and folder.

A program of its own looks again, beside the other work of a deploy: some ten thousand calls of stat(2).
"""

from __future__ import annotations

import hashlib
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable, Dict, List, Tuple

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

#: Seconds.
_FRESH = 5.0

#: By folder: who looks, and since when.
_begun: Dict[str, Tuple[subprocess.Popen[bytes], float]] = {}


def seal(folder: Path) -> None:
    """Write the seal of ``folder/venv`` beside it."""
    subprocess.run([*_words(folder), "write"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    os.chmod(str(folder / FILE), 0o444)


def begin_to_look(folder: Path) -> None:
    """Have a tree looked at while other things are done; ``is_as_sealed`` takes the answer. It ends by itself."""
    _forget_old(str(folder))
    if str(folder) in _begun:
        return
    null = subprocess.DEVNULL
    try:
        process = subprocess.Popen(_words(folder), stdin=null, stdout=subprocess.PIPE, stderr=null)
    except OSError:
        return
    _begun[str(folder)] = (process, time.monotonic())


def is_as_sealed(folder: Path, check: Callable[[], None]) -> bool:
    """Has the tree every file and folder that it had, and no other? By inode, mode, size and time of each, as they were
    a moment ago. False: something differs, or could not be looked at; who wants to know what, compares."""
    begin_to_look(folder)
    if str(folder) not in _begun:
        return False
    process, _ = _begun.pop(str(folder))
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


def _forget_old(folder: str) -> None:
    """An answer that waited for other work says nothing of now."""
    if folder in _begun and time.monotonic() - _begun[folder][1] > _FRESH:
        process, _ = _begun.pop(folder)
        process.kill()
        process.communicate()


def digest(folder: Path) -> str:
    return hashlib.sha256((folder / FILE).read_bytes()).hexdigest()


def _words(folder: Path) -> List[str]:
    return [sys.executable, *_COMMAND, str(folder / "venv"), str(folder / FILE)]
