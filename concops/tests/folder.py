"""A place of a test's own, and a devops package in it."""

import tempfile
import textwrap
import unittest
from pathlib import Path

#: Holds the package concops.
CODE = str(Path(__file__).resolve().parents[1])


class FolderCase(unittest.TestCase):
    """Each test has an empty folder, which goes when it ends."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="concops-")
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)

    def write(self, path, text=""):
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text), encoding="utf-8")
        return file
