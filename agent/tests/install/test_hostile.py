"""Wheels that must not be placed. Their lists of files agree with them, as if the build had let them through."""

from __future__ import annotations

import base64
import os
import zipfile
import zlib
from pathlib import Path
from typing import Any, Dict, List

from conc_agent.install.contents import Listed, canonical
from conc_agent.install.describe import describe
from conc_agent.install.record import read_rows
from conc_agent.install.refused import Refused
from conc_agent.install.schemes import venv_layout
from conc_agent.install.wheel import Wheel
from conc_agent.ops import install
from conc_agent.outcome import FAILED, OK

from .base import FIRST, RootCase
from .hostile import Case, every_case
from .hostile.__main__ import verdict
from .hostile.case import FILE, INFO, wheel
from .hostile.damage import damaged_wheels, sound_wheel
from .hostile.places import EVIL_FILE
from .local import contents_of, install_request, sha256

_DAMAGED = (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, OSError, EOFError)


class Hostile(RootCase):
    def test_every_case_is_refused_by_name_or_placed(self) -> None:
        for case in every_case():
            with self.subTest(case.name):
                self.setUp()
                self.refused(case) if case.because else self.placed(case)
                self.doCleanups()

    def refused(self, case: Case) -> None:
        """Refused by name with the reason that is meant, nothing is placed, and all else is as before."""
        outcome = self.outcome(case)
        self.assertEqual(outcome.status, FAILED, outcome)
        self.assertTrue(any(file in outcome.text for file in case.wheels), outcome.text)
        self.assertRegex(outcome.text, case.because or "")
        self.assertRegex(outcome.text, "; nothing was placed$")
        self.assertNotEqual(outcome.hint, None)
        self.assertFalse((self.root / "releases" / FIRST).exists())
        store = [path.name for path in self.root.glob("store/*")]
        self.assertEqual([name for name in store if len(case.wheels) == 1 or name.startswith(".")], [])
        self.assertEqual(sorted(path.name for path in self.work.iterdir()), ["srv"])
        self.assertEqual([path for path in (Path("/tmp/conc-evil"), Path("/tmp/conc-evil.py")) if path.exists()], [])

    def placed(self, case: Case) -> None:
        outcome = self.outcome(case)
        self.assertEqual(outcome.status, OK, outcome)
        self.assertEqual(self.verify().status, OK)

    def outcome(self, case: Case):
        names = ["good", "evil" if EVIL_FILE in case.wheels else "good"]
        entries = [self.stage(file, data, name) for (file, data), name in zip(case.wheels.items(), names)]
        return install.run(self.context([]), {**install_request(FIRST, entries), "allow": list(case.allow)})

    def stage(self, file: str, data: bytes, name: str) -> Dict[str, Any]:
        """As deliver leaves it, with the list that a careless build would have made."""
        folder = self.root / "change" / "wheels"
        folder.mkdir(parents=True, exist_ok=True)
        staged = folder / f"{sha256(data)}.whl"
        staged.write_bytes(data)
        contents = careless_contents(staged)
        staged.with_suffix(".json").write_bytes(canonical(contents))
        return {
            "sha256": sha256(data),
            "file": file,
            "name": name,
            "version": "1.0",
            "role": "vendor",
            "size": len(data),
            "count": len(contents),
            "contents": sha256(canonical(contents)),
        }

    def test_the_manifest_is_the_measure(self) -> None:
        path = self.work / FILE
        path.write_bytes(wheel())
        contents = listed(contents_of(path))
        entry = {"name": "good", "version": "1.0"}
        with Wheel(path, path.name) as archive:
            for change, because in (
                ({"good/more.py": Listed("0" * 64, 1, False)}, "missing from the archive"),
                ({"good/__init__.py": contents["good/__init__.py"]._replace(size=5)}, "announces 6 bytes instead of 5"),
                (
                    {"good/__init__.py": contents["good/__init__.py"]._replace(sha256="0" * 64)},
                    "not what its RECORD says",
                ),
            ):
                with self.subTest(because), self.assertRaisesRegex(Refused, because):
                    describe(archive, entry, {**contents, **change}, venv_layout())
            with self.assertRaisesRegex(Refused, "not in the manifest"):
                short = {path: one for path, one in contents.items() if path != "good/__init__.py"}
                describe(archive, entry, short, venv_layout())

    def test_a_changed_byte_anywhere_is_refused_or_harmless(self) -> None:
        """Whatever the damage, the readers answer with Refused, never with another exception."""
        seed = int(os.environ.get("CONC_FUZZ_SEED", "20261121"))
        path = self.work / FILE
        path.write_bytes(sound_wheel())
        contents = listed(contents_of(path))
        self.assertEqual(verdict(path, contents), "")
        refused = 0
        for number, data in enumerate(damaged_wheels(seed, 600)):
            path.write_bytes(data)
            with self.subTest(seed=seed, number=number):
                refused += verdict(path, contents) != ""
        self.assertGreater(refused, 300)


def listed(contents: List[Dict[str, Any]]) -> Dict[str, Listed]:
    return {item["path"]: Listed(item["sha256"], item["size"], item["executable"]) for item in contents}


def careless_contents(path: Path) -> List[Dict[str, Any]]:
    """The list of a wheel as zipfile reads it; of what it can't unpack, what RECORD says."""
    try:
        return contents_of(path)
    except (*_DAMAGED, zlib.error):
        return _as_recorded(path)


def _as_recorded(path: Path) -> List[Dict[str, Any]]:
    try:
        with zipfile.ZipFile(path) as archive:
            rows = {row.path: row.hash for row in read_rows(archive.read(f"{INFO}/RECORD").decode())}
            names = [(info.filename, info.file_size) for info in archive.infolist() if not info.filename.endswith("/")]
    except _DAMAGED:
        return []
    hashes = {name: base64.urlsafe_b64decode(rows.get(name, "=").partition("=")[2] + "==").hex() for name, _ in names}
    return [{"path": name, "sha256": hashes[name], "size": size, "executable": False} for name, size in names]
