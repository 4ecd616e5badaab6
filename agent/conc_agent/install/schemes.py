"""Where the parts of a wheel go, relative to the venv: the schemes of PEP 427 in a venv's layout."""

from __future__ import annotations

import os
import posixpath
import re
import sys
import sysconfig
from functools import lru_cache
from typing import NamedTuple, Optional

LIBRARIES = ("purelib", "platlib")
SCHEMES = (*LIBRARIES, "headers", "scripts", "data")

_OF_THE_VENV = re.compile(
    r"(?:bin|include|lib|lib64|pyvenv\.cfg|\.gitignore|bin/python[\d.]*[a-z]?|bin/pypy[\d.]*|bin/activate(?:\.\w+)?|bin/Activate\.ps1)"
)


class Place(NamedTuple):
    """Where one file of an archive goes: a scheme, and the path below it."""

    scheme: str
    path: str


class Layout(NamedTuple):
    """The schemes' folders relative to a venv, for the running interpreter. ``headers`` is the parent of NAME."""

    purelib: str
    platlib: str
    headers: str
    scripts: str
    data: str

    def destination(self, place: Place, name: str) -> str:
        """The path relative to the venv. ``name`` is the distribution's, as its METADATA spells it."""
        return self.prefix(place.scheme, name) + place.path

    def prefix(self, scheme: str, name: str) -> str:
        """What to put before a path of a scheme: empty, or ending in a slash."""
        folder = str(getattr(self, scheme))
        if scheme == "headers":
            folder = f"{folder}/{name}"
        return folder + "/" if folder else ""

    def neutral(self, destination: str) -> str:
        """A destination without the Python version in it, as people and conc.ini name it: ``site-packages/x.py``."""
        for folder, short in (
            (self.purelib, "site-packages"),
            (self.platlib, "site-packages"),
            (self.headers, "include"),
        ):
            if destination.startswith(folder + "/"):
                return short + destination[len(folder) :]
        return destination


@lru_cache(maxsize=None)
def venv_layout() -> Layout:
    """The layout that ``venv`` and pip use for the running interpreter.

    Asked of sysconfig's scheme ``venv`` (3.11 and newer) or ``posix_prefix``: Debian's default is another.
    Headers go where pip puts them (``pip._internal.locations``), as there is no such scheme in sysconfig.
    """
    scheme = "venv" if "venv" in sysconfig.get_scheme_names() else "posix_prefix"
    variables = {"base": "", "platbase": "", "installed_base": "", "installed_platbase": ""}
    paths = {key: _real(sysconfig.get_path(key, scheme, variables).lstrip("/")) for key in ("purelib", "platlib")}
    version = "%d.%d" % sys.version_info[:2]
    return Layout(paths["purelib"], paths["platlib"], f"include/site/python{version}", "bin", "")


def place_of(path: str, lib: str) -> Optional[Place]:
    """The place of a file of an archive; None for one in ``*.data`` that belongs to no scheme.

    ``lib`` is ``purelib`` or ``platlib``, by the wheel's Root-Is-Purelib. As in pip, any top folder that
    ends in ``.data`` holds schemes.
    """
    top, _, rest = path.partition("/")
    if not (rest and top.endswith(".data")):
        return Place(lib, path)
    scheme, _, below = rest.partition("/")
    if scheme not in SCHEMES or not below:
        return None
    return Place(scheme, _real(below) if scheme == "data" else below)


def is_of_the_venv(destination: str) -> bool:
    """Whether a path belongs to the venv itself, such as ``bin/python``: no wheel may take its place."""
    return _OF_THE_VENV.fullmatch(destination) is not None


def record_path(layout: Layout, lib: str, destination: str) -> str:
    """A destination as RECORD names it: relative to the library folder."""
    folder = str(getattr(layout, lib))
    if destination.startswith(folder + "/"):
        return destination[len(folder) + 1 :]
    return posixpath.relpath(destination, folder)


def _real(path: str) -> str:
    """A venv's ``lib64`` is a link to ``lib``: one path for one file, else two wheels could meet unseen."""
    if os.name == "posix" and sys.maxsize > 2**32 and (path == "lib64" or path.startswith("lib64/")):
        return "lib" + path[5:]
    return path
