"""Two wheels, one path."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import List

from conc_agent.install.schemes import venv_layout
from conc_agent.outcome import FAILED, OK

from .base import RootCase
from .making import make_wheel

LIB = venv_layout().purelib
PKGUTIL = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"


class Collisions(RootCase):
    def pair(self, path: str, one: str, two: str) -> List[Path]:
        return [make_wheel(self.work, "one", {path: one}), make_wheel(self.work, "two", {path: two})]

    def test_equal_content_is_fine(self) -> None:
        venv = self.installed(self.pair("tests/__init__.py", "", ""))
        self.assertTrue((venv / LIB / "tests" / "__init__.py").exists())
        self.assertEqual(self.verify().status, OK)

    def test_different_content_is_refused_by_both_names(self) -> None:
        outcome = self.install(self.pair("tests/__init__.py", "a = 1\n", "a = 2\n"))
        self.assertEqual((outcome.status, outcome.code), (FAILED, "wheel.collision"))
        self.assertIn("two-1.0-py3-none-any.whl was refused", outcome.text)
        self.assertIn("one-1.0-py3-none-any.whl", outcome.text)
        self.assertFalse((self.root / "releases" / "r1-00000001").exists())

    def test_old_style_namespaces_meet_and_the_last_wins(self) -> None:
        wheels = [
            make_wheel(self.work, "one", {"space/__init__.py": PKGUTIL, "space/one.py": "x = 1\n"}),
            make_wheel(self.work, "two", {"space/__init__.py": PKGUTIL + "# two\n", "space/two.py": "x = 2\n"}),
        ]
        outcome = self.install(wheels)
        self.assertEqual(outcome.status, OK, outcome)
        self.assertRegex(outcome.evidence[0], r"space/__init__\.py is a namespace of one-.* and two-")
        self.assertEqual((self.venv() / LIB / "space" / "__init__.py").read_text(), PKGUTIL + "# two\n")
        python = str(self.venv() / "bin" / "python")
        subprocess.run([python, "-c", "import space.one, space.two"], check=True)
        told = subprocess.run([python, "-v", "-c", "import space"], stderr=subprocess.PIPE, text=True, check=True)
        self.assertRegex(told.stderr, "matches .*space/__init__.py")
        self.assertEqual(self.verify().status, OK)

    def test_a_namespace_and_something_else_is_refused(self) -> None:
        outcome = self.install(self.pair("space/__init__.py", PKGUTIL, "import os\n"))
        self.assertEqual(outcome.code, "wheel.collision")

    def test_a_file_where_another_needs_a_folder(self) -> None:
        wheels = [make_wheel(self.work, "one", {"thing": "file"}), make_wheel(self.work, "two", {"thing/x.py": ""})]
        outcome = self.install(wheels)
        self.assertEqual(outcome.code, "wheel.collision")
        self.assertIn("needs a folder", outcome.text)

    def test_scripts_of_one_name(self) -> None:
        points = "[console_scripts]\nrun = %s:main\n"
        one = make_wheel(self.work, "one", {"one.py": ""}, entry_points=points % "one")
        two = make_wheel(self.work, "two", {"two.py": ""}, entry_points=points % "two")
        self.assertEqual(self.install([one, two]).code, "wheel.collision")

    def test_two_wheels_of_one_project(self) -> None:
        one = make_wheel(self.work, "same", {"one.py": ""})
        two = make_wheel(self.work, "Same", {"two.py": ""}, version="2.0")
        self.assertIn("same project", self.install([one, two]).text)

    def test_names_that_differ_by_case_only(self) -> None:
        venv = self.installed([make_wheel(self.work, "one", {"a/X.py": "x = 1\n", "a/x.py": "x = 2\n"})])
        self.assertEqual(
            sorted(name for name in os.listdir(str(venv / LIB / "a")) if name.endswith(".py")), ["X.py", "x.py"]
        )
