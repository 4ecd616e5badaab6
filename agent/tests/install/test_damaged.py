"""A release that was installed and then damaged: deployed again it is made anew, unless it was proven, or serves."""

from __future__ import annotations

import os
from pathlib import Path

from conc_agent import release, states
from conc_agent.outcome import OK, STOPPED

from .base import FIRST, RootCase
from .making import make_wheel
from .test_verify import LIB


class DamagedTest(RootCase):
    def setUp(self) -> None:
        super().setUp()
        vendor = make_wheel(self.work, "vendor", {"vendor/a.py": "a = 1\n"})
        self.app = make_wheel(self.work, "app", {"app.py": "z = 1\n"})
        self.wheels = [vendor, self.app]
        self.installed(self.wheels, application="app")

    def again(self):
        """What deliver says, after which the release is installed."""
        context, entries = self.context(self.wheels), self.entries(self.wheels, "app")
        said = self.deliver(context, entries)
        self.installed_or_there()
        return said

    def installed_or_there(self) -> None:
        self.assertIn(self.install(self.wheels, application="app").status, (OK, STOPPED))

    def damage(self, path: str) -> Path:
        """In place, as a failing disk or an editor does: the store's file is the same inode."""
        file = self.venv() / LIB / path
        os.chmod(str(file), 0o644)
        file.write_text("a = 2\n# damaged\n")
        return file

    def test_what_is_whole_stays(self) -> None:
        self.assertEqual(self.again().status, STOPPED)

    def test_a_damaged_file_of_a_wheel_is_delivered_again(self) -> None:
        file = self.damage("vendor/a.py")
        said = self.again()
        self.assertIn(f"{FIRST} was damaged since it was installed, and is made anew; 1 of 2 wheels is new", said.text)
        self.assertEqual(said.evidence, [f"releases/{FIRST}/venv/{LIB}/vendor/a.py differed"])
        self.assertEqual(file.read_text(), "a = 1\n")
        self.assertEqual(self.verify().status, OK)

    def test_a_file_that_is_missing_is_linked_again(self) -> None:
        (self.venv() / LIB / "vendor" / "a.py").unlink()
        self.assertIn("all 2 wheels are here already", self.again().text)
        self.assertEqual(self.verify().status, OK)

    def test_one_that_was_proven_is_a_persons_affair(self) -> None:
        states.write(self.root, FIRST, states.PROVEN, "ann@desk")
        self.damage("vendor/a.py")
        self.assertEqual(self.again().status, STOPPED)

    def test_one_that_serves_is_not_touched(self) -> None:
        release.point_current(self.root, FIRST)
        self.damage("vendor/a.py")
        self.assertEqual(self.again().status, STOPPED)
