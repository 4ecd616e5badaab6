"""The programs in bin/, as pip and its distlib make them."""

from __future__ import annotations

import os
import posixpath
import re
import sys
from typing import Dict

from conc_agent.install.metadata import EntryPoint, Scripts

_MAX_SHEBANG = 127
"""Bytes of a ``#!`` line, its end included, that Linux (before 5.1) and distlib allow."""

_PROGRAM = """\
import sys
from {module} import {name}
if __name__ == '__main__':
    sys.argv[0] = sys.argv[0].removesuffix('.exe')
    sys.exit({function}())
"""
"""pip 26's. ``.exe`` is for Windows; kept, so that the files are the same."""

_PROGRAM_38 = """\
# -*- coding: utf-8 -*-
import re
import sys
from {module} import {name}
if __name__ == '__main__':
    sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])
    sys.exit({function}())
"""
"""That of the last pip for Python 3.8, whose ``str`` has no ``removesuffix``."""


def entry_script(python: str, entry: EntryPoint) -> bytes:
    """The text of a generated script. ``python``: the absolute path of the venv's interpreter."""
    program = _PROGRAM if sys.version_info >= (3, 9) else _PROGRAM_38
    name = entry.function.partition(".")[0]
    return shebang(python) + program.format(module=entry.module, name=name, function=entry.function).encode("utf-8")


def needs_rewriting(start: bytes) -> bool:
    """Whether a script of a wheel asks for the venv's interpreter: ``#!python`` or ``#!pythonw`` (PEP 427)."""
    return start.startswith(b"#!python")


def rewritten(python: str, script: bytes) -> bytes:
    """A script of a wheel with its first line replaced. Other than pip's, it also runs from a long or spaced path."""
    return shebang(python) + script.partition(b"\n")[2]


def shebang(python: str) -> bytes:
    """The first line or lines; by way of /bin/sh where a ``#!`` line can't hold the path (distlib's trick)."""
    executable = os.fsencode(python)
    if b" " not in executable and len(executable) + 3 <= _MAX_SHEBANG:
        return b"#!" + executable + b"\n"
    if b" " in executable:
        executable = b'"' + executable + b'"'
    return b"#!/bin/sh\n'''exec' " + executable + b' "$0" "$@"\n' + b"' '''\n"


def to_generate(entry_points: Scripts) -> Dict[str, EntryPoint]:
    """Every script to make, by name. The versioned names of pip and easy_install are this interpreter's, as in pip."""
    console = dict(entry_points.console)
    generate: Dict[str, EntryPoint] = {}
    version = "%d.%d" % sys.version_info[:2]
    if "pip" in console:
        entry = console.pop("pip")
        generate.update(dict.fromkeys(("pip", f"pip{sys.version_info[0]}", f"pip{version}"), entry))
        console = {name: value for name, value in console.items() if not re.match(r"pip(\d+(\.\d+)?)?$", name)}
    if "easy_install" in console:
        entry = console.pop("easy_install")
        generate.update(dict.fromkeys(("easy_install", f"easy_install-{version}"), entry))
        console = {name: value for name, value in console.items() if not re.match(r"easy_install(-\d+\.\d+)?$", name)}
    generate.update(console)
    generate.update(entry_points.gui)
    return generate


def is_wrapper(path: str, entry_points: Scripts) -> bool:
    """Whether a script in the wheel is what setuptools made for an entry point: pip leaves it out and makes its own."""
    name = posixpath.basename(path)
    for ending in (".exe", "-script.py", ".pya"):
        if name.lower().endswith(ending):
            name = name[: -len(ending)]
            break
    return name in entry_points.console or name in entry_points.gui
