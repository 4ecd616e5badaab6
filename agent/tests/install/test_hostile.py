"""Wheels that must not be placed. Their lists of files agree with them, as if the build had let them through."""

from __future__ import annotations

import os
import random
import zipfile
from pathlib import Path
from typing import Any, Callable, Dict, Optional, Tuple

from conc_agent.install.contents import Listed
from conc_agent.install.describe import describe
from conc_agent.install.refused import Refused
from conc_agent.install.schemes import venv_layout
from conc_agent.install.wheel import Wheel
from conc_agent.ops import install
from conc_agent.outcome import FAILED, OK

from .base import RootCase
from .local import contents_of, entry_of, install_request
from .making import Content, make_wheel, metadata, record_hash, wheel_text

GOOD: Dict[str, Content] = {"good/__init__.py": "x = 1\n"}
GOOD_NAME = {"name": "good", "version": "1.0"}


def _entry(name: str, mode: int = 0o100644, data: bytes = b"evil") -> Tuple[zipfile.ZipInfo, bytes]:
    entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
    entry.external_attr = mode << 16
    return entry, data


class Hostile(RootCase):
    def refused(self, wheel: Path, because: str) -> None:
        """Refused by name with this reason, nothing is placed, and the files outside are as before."""
        outside = sorted(path for path in self.work.iterdir())
        outcome = self.install([wheel])
        self.assertEqual(outcome.status, FAILED, outcome)
        self.assertIn(wheel.name, outcome.text)
        self.assertIn(because, outcome.text)
        self.assertEqual(os.listdir(str(self.root / "store")), [])
        self.assertFalse((self.root / "releases" / "r1-00000001").exists())
        self.assertEqual(sorted(path for path in self.work.iterdir()), outside)

    def refused_entry(self, wheel: Path, entry: Dict[str, Any], because: str) -> None:
        context = self.context([wheel])
        self.deliver(context, [entry])
        outcome = install.run(context, install_request("r1-00000001", [entry]))
        self.assertEqual(outcome.status, FAILED, outcome)
        self.assertIn(because, outcome.text)
        self.assertEqual(os.listdir(str(self.root / "store")), [])

    def wheel(self, files: Dict[str, Content] = GOOD, **options: Any) -> Path:
        return make_wheel(self.work, "good", files, **options)

    def file(self, path: str, because: str) -> None:
        self.refused(self.wheel(files={**GOOD, path: "evil"}), because)

    def test_the_good_one_is_placed(self) -> None:
        self.assertEqual(self.install([self.wheel()]).status, OK)

    def test_traversal(self) -> None:
        self.file("../evil.py", "leaves its folder")

    def test_traversal_inside_a_scheme(self) -> None:
        self.file("good-1.0.data/scripts/../../evil", "leaves its folder")

    def test_absolute(self) -> None:
        self.file("/tmp/evil.py", "absolute path")

    def test_backslash(self) -> None:
        self.file("good\\..\\..\\evil.py", "backslash")

    def test_not_plain(self) -> None:
        for path in ("./evil.py", "good//evil.py", "good/./evil.py"):
            with self.subTest(path):
                self.file(path, "not in its plain form")

    def test_newline(self) -> None:
        self.file("good/e\nvil.py", "control character")

    def test_nul(self) -> None:
        wheel = self.wheel(files={**GOOD, "good/e_vil.py": "evil"})
        entry = entry_of(wheel)
        wheel.write_bytes(wheel.read_bytes().replace(b"good/e_vil.py", b"good/e\0vil.py"))
        with self.assertRaises(Refused) as caught:
            Wheel(wheel, entry["file"])
        self.assertIn("NUL", caught.exception.reason)

    def test_symlink(self) -> None:
        self.refused(self.wheel(extra=(_entry("good/link", 0o120777, b"/etc/passwd"),)), "link or another special file")

    def test_fifo(self) -> None:
        self.refused(self.wheel(extra=(_entry("good/pipe", 0o010644),)), "link or another special file")

    def test_duplicate(self) -> None:
        self.refused(self.wheel(extra=(_entry("good/__init__.py"),)), "twice")

    def test_file_that_is_a_folder(self) -> None:
        self.file("good/__init__.py/evil.py", "both a file and a folder")

    def test_two_schemes_one_place(self) -> None:
        self.file("good-1.0.data/purelib/good/__init__.py", "would both become")

    def test_unknown_scheme(self) -> None:
        self.file("good-1.0.data/etc/passwd", "no scheme")

    def test_file_in_no_scheme(self) -> None:
        self.file("good-1.0.data/evil", "no scheme")

    def test_the_venvs_own_files(self) -> None:
        for path in ("scripts/python", "scripts/python3", "data/bin/python3.11", "data/pyvenv.cfg", "scripts/activate"):
            with self.subTest(path):
                self.file(f"good-1.0.data/{path}", "of the venv itself")

    def test_lib64_is_lib(self) -> None:
        lib = venv_layout().purelib.replace("lib/", "lib64/", 1)
        self.file(f"good-1.0.data/data/{lib}/good/__init__.py", "would both become")

    def test_entry_points(self) -> None:
        for text, because in (
            ("../evil = good:main", "leaves bin/"),
            ("python = good:main", "of the venv itself"),
            ("good = good", "does not name a function"),
            ("good = good:main; import os", "does not name a function"),
            (".. = good:main", "leaves its folder"),
        ):
            with self.subTest(text):
                self.refused(self.wheel(entry_points=f"[console_scripts]\n{text}\n"), because)

    def test_names_and_versions_inside(self) -> None:
        for changed, because in (
            ({"METADATA": metadata("evil", "1.0")}, "calls itself 'evil'"),
            ({"METADATA": metadata("good", "2.0")}, "is version '2.0'"),
            ({"METADATA": None}, "has no good-1.0.dist-info/METADATA"),
            ({"WHEEL": None}, "has no good-1.0.dist-info/WHEEL"),
            ({"RECORD": None}, "has no good-1.0.dist-info/RECORD"),
            ({"WHEEL": wheel_text(version="2.0")}, "Wheel-Version is 2.0"),
            ({"WHEEL": "Root-Is-Purelib: true\n"}, "Wheel-Version is ''"),
        ):
            with self.subTest(because):
                wheel = self.wheel(replace=changed)
                entry = entry_of(wheel, called=GOOD_NAME)
                self.refused_entry(wheel, entry, because)

    def test_two_dist_infos(self) -> None:
        wheel = self.wheel(files={**GOOD, "evil-1.0.dist-info/METADATA": metadata("evil", "1.0")})
        self.refused_entry(wheel, entry_of(wheel, called=GOOD_NAME), "2 *.dist-info folders")

    def test_record(self) -> None:
        info = "good-1.0.dist-info"
        good = {"good/__init__.py": b"x = 1\n", f"{info}/METADATA": metadata("good", "1.0").encode()}
        good[f"{info}/WHEEL"] = wheel_text().encode()

        def record(change: Callable[[str, str], Optional[str]]) -> str:
            lines = [change(path, f"{path},{record_hash(data)},{len(data)}") for path, data in good.items()]
            return "\n".join([line for line in lines if line is not None] + [f"{info}/RECORD,,", ""])

        def first(line: Optional[str]) -> Callable[[str, str], Optional[str]]:
            return lambda path, right: line if path == "good/__init__.py" else right

        wrong = record_hash(b"other")
        for line, because in (
            (f"good/__init__.py,{wrong},6", "another sha256"),
            (f"good/__init__.py,{record_hash(b'other', 'sha512')},6", "not what its RECORD says"),
            (f"good/__init__.py,{record_hash(good['good/__init__.py'])},7", "says 7 bytes"),
            (f"good/__init__.py,{record_hash(good['good/__init__.py'], 'md5')},6", "weak or unknown hash"),
            ("good/__init__.py,,", "no hash"),
            ("good/__init__.py,sha256=é,6", "unreadable hash"),
            (None, "not in its RECORD"),
            (
                f"good/__init__.py,{record_hash(good['good/__init__.py'])},6\ngood/gone.py,{wrong},3",
                "not in the archive",
            ),
        ):
            with self.subTest(because):
                self.refused(self.wheel(record=record(first(line))), because)
        self.assertEqual(self.install([self.wheel(record=record(lambda path, right: right))]).status, OK)

    def test_record_with_a_stronger_hash(self) -> None:
        self.assertEqual(self.install([self.wheel(record=_with_sha512())]).status, OK)

    def test_prepended_bytes(self) -> None:
        wheel = self.wheel()
        wheel.write_bytes(b"#!/bin/sh\n" + wheel.read_bytes())
        self.refused(wheel, "before the archive's first file")

    def test_a_truncated_archive(self) -> None:
        wheel = self.wheel()
        entry = entry_of(wheel)
        wheel.write_bytes(wheel.read_bytes()[:-30])
        with self.assertRaisesRegex(Refused, "not a readable zip archive"):
            Wheel(wheel, entry["file"])

    def test_encrypted_and_odd_methods(self) -> None:
        wheel = self.work / "good-1.0-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w", zipfile.ZIP_BZIP2) as archive:
            archive.writestr("good/__init__.py", "x = 1\n")
        with self.assertRaisesRegex(Refused, "other than deflate"):
            Wheel(wheel, wheel.name)

    def test_the_manifest_is_the_measure(self) -> None:
        wheel = self.wheel()
        contents = {
            item["path"]: Listed(item["sha256"], item["size"], item["executable"]) for item in contents_of(wheel)
        }
        with Wheel(wheel, wheel.name) as archive:
            entry = entry_of(wheel)
            for change, because in (
                ({"good/more.py": Listed("0" * 64, 1, False)}, "missing from the archive"),
                ({"good/__init__.py": contents["good/__init__.py"]._replace(size=5)}, "announces 6 bytes instead of 5"),
                ({"good/__init__.py": contents["good/__init__.py"]._replace(sha256="0" * 64)}, "another sha256"),
            ):
                with self.subTest(because), self.assertRaisesRegex(Refused, because):
                    describe(archive, entry, {**contents, **change}, venv_layout())
            with self.assertRaisesRegex(Refused, "not in the manifest"):
                short = {path: listed for path, listed in contents.items() if path != "good/__init__.py"}
                describe(archive, entry, short, venv_layout())

    def test_a_changed_byte_anywhere_is_refused_or_harmless(self) -> None:
        """Whatever the damage, the readers answer with Refused, never with another exception."""
        wheel = self.wheel(files={**GOOD, "good/data.txt": "abc" * 200}, entry_points="[console_scripts]\na = good:b\n")
        contents = {
            item["path"]: Listed(item["sha256"], item["size"], item["executable"]) for item in contents_of(wheel)
        }
        entry = entry_of(wheel)
        whole = wheel.read_bytes()
        chance = random.Random(20261121)
        refused = 0
        for _ in range(600):
            data = bytearray(whole)
            for _ in range(chance.choice((1, 1, 2, 8))):
                data[chance.randrange(len(data))] = chance.randrange(256)
            wheel.write_bytes(bytes(data))
            try:
                with Wheel(wheel, wheel.name) as archive:
                    describe(archive, entry, contents, venv_layout())
                    for path in archive.members:
                        archive.read(path)
            except Refused:
                refused += 1
        self.assertGreater(refused, 300)


def _with_sha512() -> str:
    info = "good-1.0.dist-info"
    files = {"good/__init__.py": b"x = 1\n", f"{info}/METADATA": metadata("good", "1.0").encode()}
    files[f"{info}/WHEEL"] = wheel_text().encode()
    rows = [f"{path},{record_hash(data, 'sha512')},{len(data)}\n" for path, data in files.items()]
    return "".join(rows) + f"{info}/RECORD,,\n"
