"""Looks for a text (standard input) in every process's command line and environment, and in every file of the folders
that are given. Prints where it is, a line each."""

import os
import sys
from pathlib import Path

needle = sys.stdin.buffer.read().strip()
own = {os.getpid()}


def places():
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) not in own:
            yield from (Path("/proc", name, part) for part in ("cmdline", "environ"))
    for folder in sys.argv[1:]:
        for here, _, names in os.walk(folder):
            yield from (Path(here, name) for name in names if not Path(here, name).is_symlink())


def holds(path):
    kept = b""
    try:
        if not (path.is_file() or str(path).startswith("/proc/")):
            return False
        with path.open("rb") as file:
            for piece in iter(lambda: file.read(1 << 20), b""):
                if needle in kept + piece:
                    return True
                kept = piece[-len(needle) :]
    except OSError:
        pass
    return False


for place in places():
    if holds(place):
        print(place)
