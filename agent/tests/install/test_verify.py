"""What verify sees: every way in which a file may differ."""

from __future__ import annotations

import os
import shutil

from conc_agent.install.schemes import venv_layout
from conc_agent.outcome import FAILED, OK

from .base import RootCase
from .making import make_wheel

LIB = venv_layout().purelib


class Verify(RootCase):
    def setUp(self) -> None:
        super().setUp()
        points = "[console_scripts]\nhello = vendor:main\n"
        vendor = make_wheel(self.work, "vendor", {"vendor/a.py": "a = 1\n", "vendor/b.txt": "b"}, entry_points=points)
        self.app = make_wheel(self.work, "app", {"app.py": "z = 1\n"})
        self.wheels = [vendor, self.app]
        self.installed(self.wheels, application="app")

    def differs(self, *expected: str) -> None:
        outcome = self.verify()
        self.assertEqual((outcome.status, outcome.code), (FAILED, "release.differs"))
        self.assertEqual(sorted(outcome.evidence), sorted(expected))

    def replace(self, path: str, data: bytes) -> None:
        """As an editor does: another file under the same name."""
        target = self.venv() / path
        before = target.stat()
        target.unlink()
        target.write_bytes(data)
        os.utime(str(target), ns=(before.st_mtime_ns, before.st_mtime_ns))

    def test_all_is_well(self) -> None:
        self.assertEqual((self.verify().status, self.verify().text), (OK, "every file as in the manifest"))

    def test_a_linked_file(self) -> None:
        self.replace(f"{LIB}/vendor/b.txt", b"c")
        self.differs(f"{LIB}/vendor/b.txt has other content")

    def test_a_linked_file_of_another_size(self) -> None:
        self.replace(f"{LIB}/vendor/b.txt", b"cc")
        self.differs(f"{LIB}/vendor/b.txt has 2 bytes instead of 1")

    def test_the_same_content_in_another_file_is_no_difference(self) -> None:
        self.replace(f"{LIB}/vendor/b.txt", b"b")
        self.assertEqual(self.verify().status, OK)

    def test_a_time_stamp_that_would_make_bytecode_stale(self) -> None:
        os.utime(str(self.venv() / LIB / "vendor" / "a.py"))
        self.differs(f"{LIB}/vendor/a.py has another time stamp")

    def test_a_copied_file(self) -> None:
        self.replace(f"{LIB}/app.py", b"z = 2\n")
        self.differs(f"{LIB}/app.py has other content")

    def test_missing_files_bytecode_included(self) -> None:
        shutil.rmtree(str(self.venv() / LIB / "vendor" / "__pycache__"))
        (self.venv() / LIB / "vendor" / "b.txt").unlink()
        outcome = self.verify()
        self.assertEqual(len(outcome.evidence), 2)
        self.assertTrue(all(line.endswith("is missing") for line in outcome.evidence), outcome.evidence)

    def test_scripts(self) -> None:
        os.chmod(str(self.venv() / "bin" / "hello"), 0o644)
        self.differs("bin/hello is not executable")

    def test_the_interpreter(self) -> None:
        for name in os.listdir(str(self.venv() / "bin")):
            if name.startswith("python"):
                (self.venv() / "bin" / name).unlink()
        self.differs("bin/python does not lead to an interpreter")

    def test_a_link_in_the_place_of_a_file(self) -> None:
        target = self.venv() / LIB / "vendor" / "b.txt"
        target.unlink()
        target.symlink_to("/dev/null")
        self.differs(f"{LIB}/vendor/b.txt is not a plain file")

    def test_only_the_first_ten_are_shown(self) -> None:
        shutil.rmtree(str(self.venv()))
        outcome = self.verify()
        self.assertEqual(len(outcome.evidence), 11)
        self.assertRegex(outcome.evidence[-1], r"^and \d+ more$")

    def test_a_release_that_is_not_complete(self) -> None:
        (self.venv().parent / "release.json").unlink()
        self.assertEqual(self.verify().code, "release.incomplete")
