"""Whether this interpreter may use a wheel: the tags of its file name (PEP 425, 600, 656, 703, 803).

The controller chose the wheel by the node's facts; this is the node's own look, tag by tag, before anything is placed.
"""

from __future__ import annotations

import re
import sys
import sysconfig
from itertools import product
from typing import FrozenSet, NamedTuple, Optional, Tuple

from conc_agent.facts import libc

_FILE = re.compile(r"(?P<name>[\w.]+)-(?P<version>[^-]+)(?:-\d[^-]*)?-(?P<tags>[^-]+-[^-]+-[^-]+)\.whl")
_LEGACY = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}


class WheelName(NamedTuple):
    """``name`` and ``version`` as the file name spells them; ``tags``: every combination of its compressed sets."""

    name: str
    version: str
    tags: FrozenSet[str]


def read_name(file: str) -> Optional[WheelName]:
    """None: it is not the file name of a wheel."""
    match = _FILE.fullmatch(file)
    return match and WheelName(match["name"], match["version"], expand(match["tags"]))


def expand(tag: str) -> FrozenSet[str]:
    """``py2.py3-none-any`` is two tags."""
    return frozenset("-".join(parts) for parts in product(*(part.split(".") for part in tag.split("-"))))


def fits(tag: str) -> bool:
    """Whether a single tag is one of this interpreter's. What is not known here (macOS, PyPy) is let through."""
    parts = tag.split("-")
    if len(parts) != 3 or not sys.platform.startswith("linux"):
        return len(parts) == 3
    if sys.implementation.name != "cpython":
        return True
    python, abi, platform = parts
    return _fits_python(python, abi, platform) and (platform == "any" or _fits_platform(platform))


def _fits_python(python: str, abi: str, platform: str) -> bool:
    major, minor = sys.version_info[:2]
    match = re.fullmatch(r"(py|cp)(\d)(\d*)", python)
    if match is None or int(match[2]) != major:
        return False
    if match[1] == "py":
        return abi == "none" and (not match[3] or int(match[3]) <= minor)
    threading = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
    stable = f"abi3{threading}"
    if not match[3]:
        return False
    own = int(match[3]) == minor
    if abi == stable:
        return platform != "any" and 2 <= int(match[3]) <= minor
    plain = f"cp{major}{minor}{threading}"
    return own and (abi == "none" or (platform != "any" and abi in (plain, plain + "d")))


def _fits_platform(platform: str) -> bool:
    own = re.sub(r"[-. ]", "_", sysconfig.get_platform())
    if platform == own:
        return True
    kind, version, machine = _platform_parts(platform)
    if version is None or own != f"linux_{machine}":
        return False
    own_kind, running = _libc()
    return kind == own_kind and running[0] == version[0] and running[1] >= version[1]


def _platform_parts(platform: str) -> Tuple[str, Optional[Tuple[int, int]], str]:
    match = re.fullmatch(r"(manylinux|musllinux)_(\d+)_(\d+)_(\w+)", platform)
    if match is not None:
        return ("glibc" if match[1] == "manylinux" else "musl"), (int(match[2]), int(match[3])), match[4]
    name, _, machine = platform.partition("_")
    return "glibc", _LEGACY.get(name), machine


def _libc() -> Tuple[str, Tuple[int, int]]:
    found = libc()
    version = found["version"] or (0, 0)
    return found["kind"], (version[0], version[1])
