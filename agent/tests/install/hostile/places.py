"""Wheels that would write where they have no business: the venv's own files, other wheels' files, no scheme at all."""

from __future__ import annotations

from typing import Any, Iterator

from .case import DATA, FILE, SOURCE, Case, metadata, one, wheel
from .paths import EVIL

NO_SCHEME = "belongs to no scheme"
OF_THE_VENV = "of the venv itself"
BOTH = "would both become"
_PKGUTIL = b"__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"
_PKG_RESOURCES = b"__import__('pkg_resources').declare_namespace(__name__)\n"


def cases() -> Iterator[Case]:
    for path in (
        "scripts/python",
        "scripts/python3",
        "scripts/activate",
        "data/bin/python3.11",
        "data/pyvenv.cfg",
        "data/bin",
        "data/lib64",
    ):
        yield one(f"place-{path.replace('/', '-')}", f"`*.data/{path}`", OF_THE_VENV, wheel([(f"{DATA}/{path}", EVIL)]))
    yield one("place-unknown-scheme", "a scheme `etc`", NO_SCHEME, wheel([(f"{DATA}/etc/passwd", EVIL)]))
    yield one("place-no-scheme", "a file in `*.data` itself", NO_SCHEME, wheel([(f"{DATA}/evil", EVIL)]))
    yield one(
        "place-two-schemes",
        "two files for one place, by way of purelib",
        BOTH,
        wheel([(f"{DATA}/purelib/good/__init__.py", EVIL)]),
    )
    yield one(
        "place-two-libs",
        "two files for one place, by way of purelib and platlib",
        BOTH,
        wheel([(f"{DATA}/purelib/x.py", EVIL), (f"{DATA}/platlib/x.py", SOURCE)]),
    )
    yield one(
        "place-two-bins",
        "two files for one place, by way of scripts and data",
        BOTH,
        wheel([(f"{DATA}/scripts/x", EVIL), (f"{DATA}/data/bin/x", SOURCE)]),
    )
    yield one(
        "place-folder",
        "a file in one scheme, a folder in another",
        "where others need the folder",
        wheel([(f"{DATA}/purelib/good/__init__.py/x.py", EVIL)]),
    )
    for name, text, because in (
        ("python", "python = good:main", OF_THE_VENV),
        ("leaves", "../evil = good:main", "leaves bin/"),
        ("absolute", "/tmp/conc-evil = good:main", "leaves bin/"),
        ("dots", ".. = good:main", "a path that leaves its folder"),
        ("blank", "a b = good:main", "a blank in a script's name"),
        ("nothing", " = good:main", "an empty name"),
        ("no-function", "x = good", "does not name a function"),
        ("code", "x = good:main; import os", "does not name a function"),
        ("code-in-module", "x = os, sys:exit", "does not name a function"),
        ("newline", "x\x0cy = good:main", "a control character|does not name a function"),
    ):
        points = f"[console_scripts]\n{text}\n".encode()
        shown = text.replace("\x0c", "\\x0c")
        yield one(f"script-{name}", f"an entry point `{shown}`", because, wheel(change={"entry_points.txt": points}))
    points = b"[console_scripts]\nx = good:main\n"
    clash = wheel([(f"{DATA}/data/bin/x", EVIL)], change={"entry_points.txt": points})
    yield one("script-and-file", "an entry point and a file for one place", BOTH, clash)
    yield one(
        "script-not-utf8",
        "an entry_points.txt that is not UTF-8",
        "entry_points.txt is not UTF-8",
        wheel(change={"entry_points.txt": b"\xff"}),
    )

    yield _pair(
        "meet-content",
        "two wheels with another content at one path",
        "with different content",
        ("tests/__init__.py", EVIL),
        ("tests/__init__.py", SOURCE),
    )
    yield _pair(
        "meet-namespace",
        "a namespace's `__init__.py`, and another wheel's code there",
        "with different content",
        ("space/__init__.py", _PKGUTIL),
        ("space/__init__.py", EVIL),
    )
    yield _pair(
        "meet-folder",
        "a file where another wheel needs a folder",
        "where another wheel needs a folder",
        ("thing", EVIL),
        ("thing/x.py", EVIL),
    )
    yield _pair(
        "meet-scheme",
        "two wheels at one path, one by way of data",
        "with different content",
        (f"{DATA}/scripts/x", EVIL),
        ("evil-1.0.data/data/bin/x", SOURCE),
    )
    run = {"entry_points.txt": b"[console_scripts]\nrun = good:main\n"}
    other = {"entry_points.txt": b"[console_scripts]\nrun = evil:main\n"}
    yield Case(
        "meet-script",
        "two wheels with a console script of one name",
        "with different content",
        {FILE: wheel(change=run), EVIL_FILE: _evil(change=other)},
    )
    yield Case(
        "meet-project",
        "two wheels of one project",
        "same project",
        {
            FILE: wheel(),
            "Good-1.0-py3-none-any.whl": wheel(change={"METADATA": metadata("Good")}, info="Good-1.0.dist-info"),
        },
    )
    yield _pair(
        "sound-meet-same",
        "two wheels with the same content at one path",
        None,
        ("tests/__init__.py", b""),
        ("tests/__init__.py", b""),
    )
    yield _pair(
        "sound-meet-namespaces",
        "two old-style namespaces (pkgutil, pkg_resources)",
        None,
        ("space/__init__.py", _PKGUTIL),
        ("space/__init__.py", _PKG_RESOURCES),
    )
    allowed = _pair(
        "sound-meet-allowed",
        "another content at one path that the project allows",
        None,
        ("tests/__init__.py", EVIL),
        ("tests/__init__.py", SOURCE),
    )
    yield allowed._replace(allow=["site-packages/tests/__init__.py"])
    folder = _pair(
        "sound-meet-allowed-folder",
        "another content in a folder that the project allows",
        None,
        ("tests/a/b.py", EVIL),
        ("tests/a/b.py", SOURCE),
    )
    yield folder._replace(allow=["site-packages/tests/"])
    schemes = [
        (f"{DATA}/{scheme}/x-{scheme}", SOURCE) for scheme in ("purelib", "platlib", "headers", "scripts", "data/share")
    ]
    yield one("sound-schemes", "every scheme", None, wheel(schemes))
    wrapped = wheel([(f"{DATA}/scripts/x", b"#!python\n")], change={"entry_points.txt": points})
    yield one("sound-wrapper", "a script that its entry point replaces", None, wrapped)
    yield one(
        "sound-extras",
        "entry points with extras and dots",
        None,
        wheel(change={"entry_points.txt": b"[gui_scripts]\nx.y-z = good.a:main.run [extra]\n"}),
    )


EVIL_FILE = "evil-1.0-py3-none-any.whl"


def _evil(**options: Any) -> bytes:
    return wheel(info="evil-1.0.dist-info", name="evil", **options)


def _pair(name: str, says: str, because, one_file, other_file) -> Case:
    return Case(name, says, because, {FILE: wheel([one_file]), EVIL_FILE: _evil(files=[other_file])})
