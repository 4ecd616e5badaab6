"""The same real wheels by pip and by conc: the trees must be alike."""

from __future__ import annotations

import csv
import hashlib
import os
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Dict, List, Set

from conc_agent.install.record import row_for
from conc_agent.install.venv import make_venv
from conc_agent.outcome import OK

from .base import RootCase
from .downloads import fetch, newest_pip, pip_install
from .local import metadata_of

SMALL = ("six", "pyyaml", "zope.interface", "zope.event", "gunicorn", "greenlet", "jmespath", "docutils<0.18", "lxml")
"""Pure and compiled; a namespace in two wheels; headers; scripts of all kinds."""
LARGE = (
    "numpy",
    "django<5" if sys.version_info < (3, 10) else "django",
    "setuptools",
    "Pygments",
    "jupyter-core",
    "pip",
)
REQUIREMENTS = SMALL + LARGE if sys.version_info[:2] in ((3, 8), (3, 11), (3, 13)) else SMALL
"""The large ones take half a minute: on some Pythons, the oldest among them."""


class Differential(RootCase):
    def setUp(self) -> None:
        super().setUp()
        self.wheels = fetch(REQUIREMENTS)
        self.conc = self.installed(self.wheels, application="gunicorn")
        self.pip = self.work / "pip" / "venv"
        make_venv(self.pip, "pip")
        self.fresh = _files(self.pip)
        pip_install(self.pip, self.wheels, [metadata_of(path)["name"] for path in self.wheels])

    def test_trees_are_alike(self) -> None:
        ours, theirs = _files(self.conc) - self.fresh, _files(self.pip) - self.fresh
        self.assertGreater(len(theirs), 5000 if "numpy" in REQUIREMENTS else 600)
        requested = {
            path
            for path in theirs
            if fnmatch(path, "lib/*/site-packages/*.dist-info/REQUESTED") and "_vendor" not in path
        }
        # pip was given every name, so all are REQUESTED; of a release only the application is.
        self.assertEqual(len(ours & requested), 1)
        self.assertEqual(sorted(ours ^ (theirs - requested | ours & requested)), [])
        differing = []
        for path in sorted(ours):
            if path.endswith((".pyc", "/INSTALLER", "/RECORD")):
                continue
            if _neutral(self.conc, path) != _neutral(self.pip, path):
                differing.append(path)
            if os.access(str(self.conc / path), os.X_OK) != os.access(str(self.pip / path), os.X_OK):
                differing.append(f"{path} (mode)")
        self.assertEqual(differing, [])
        self._compare_records(theirs)
        self._ask_pip_and_python()
        self.assertEqual(self.verify().status, OK)

    def _compare_records(self, theirs: Set[str]) -> None:
        for path in sorted(theirs):
            if path.endswith(".dist-info/RECORD") and "_vendor" not in path:
                self.assertEqual(_record(self, self.conc, path), _record(self, self.pip, path), path)

    def _ask_pip_and_python(self) -> None:
        library = self.conc / os.path.relpath(_library(self.pip), str(self.pip))
        run = [sys.executable, "-I", f"{newest_pip()}/pip"]
        for arguments in (["list", "--format=json"], ["freeze", "--all"]):
            outputs = [
                _output([*run, *arguments, "--disable-pip-version-check", "--path", place])
                for place in (str(library), _library(self.pip))
            ]
            self.assertEqual(outputs[0], outputs[1])
        modules = "lxml.etree, yaml, zope.interface, zope.event, six, greenlet"
        check = f"import {modules};print(yaml.safe_load('[1]'), lxml.etree.XML('<a/>').tag, greenlet.getcurrent().dead)"
        self.assertEqual(_output([str(self.conc / "bin" / "python"), "-I", "-c", check]), "[1] a False\n")
        if "numpy" in REQUIREMENTS:
            check = "import numpy, django; print(numpy.arange(3).sum())"
            self.assertEqual(_output([str(self.conc / "bin" / "python"), "-I", "-c", check]), "3\n")
        listed = _output([str(self.conc / "bin" / "gunicorn"), "--version"])
        self.assertIn(
            metadata_of(next(path for path in self.wheels if path.name.startswith("gunicorn")))["version"], listed
        )
        files = (
            "import importlib.metadata as m;"
            "print([f for d in m.distributions() for f in d.files or () if not f.locate().exists()])"
        )
        missing = [_output([str(venv / "bin" / "python"), "-I", "-c", files]) for venv in (self.conc, self.pip)]
        self.assertEqual(missing[0], missing[1])


def _files(venv: Path) -> Set[str]:
    found: Set[str] = set()
    for folder, _, names in os.walk(str(venv)):
        found.update(os.path.relpath(os.path.join(folder, name), str(venv)) for name in names)
    return found


def _neutral(venv: Path, path: str) -> bytes:
    """A file's bytes; in bin/ with the venv's own path left out."""
    data = (venv / path).read_bytes()
    return data.replace(os.fsencode(str(venv)), b"VENV") if path.startswith("bin/") else data


def _record(case: RootCase, venv: Path, path: str) -> List[Dict[str, str]]:
    """The rows, without what differs for a reason; those that are left out are held against the files themselves."""
    target = venv / path
    text = target.read_bytes().decode("utf-8")
    rows = [tuple(row) for row in csv.reader(text.splitlines())]
    case.assertEqual(rows, sorted(rows))
    case.assertTrue(text.endswith("\r\n"))
    kept = []
    for name, digest, size in rows:
        if name.endswith("/REQUESTED"):
            continue
        file = target.parent.parent / name
        if name.endswith("/INSTALLER") or "/bin/" in name:
            if digest:
                data = file.read_bytes()
                expected = row_for(name, hashlib.sha256(data).digest(), len(data))
                case.assertEqual((digest, size), expected[1:], name)
            kept.append((name, bool(digest), bool(size)))
        else:
            # pip writes the path of bytecode as it found it; a reader joins both to the same file.
            kept.append((name, digest, size))
    return kept


def _library(venv: Path) -> str:
    return str(next((venv / "lib").glob("python*/site-packages")))


def _output(command: List[str]) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
