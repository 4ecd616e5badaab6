"""Runs ``full_disk`` in a mount namespace of its own, where an ordinary user may mount a small tmpfs too."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Tuple

from ..short import load_tests as load_tests

_MOUNTED = 'mount -t tmpfs -o size=12m,nr_inodes=2000 conc-test "$TMPDIR" && exec "$0" -m unittest "$1"'


def on_a_small_disk(module: str) -> Tuple[int, str]:
    """Its tests, run there: how they ended, and what was said."""
    with tempfile.TemporaryDirectory(prefix="conc-full-") as place:
        done = subprocess.run(
            ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", _MOUNTED, sys.executable, module],
            cwd=str(Path(__file__).parents[2]),
            env=dict(os.environ, TMPDIR=place),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
        )
    return done.returncode, done.stdout.decode("utf-8", "replace")


class FullDiskTest(unittest.TestCase):
    def test_on_a_disk_of_its_own(self) -> None:
        code, said = on_a_small_disk("tests.change.full_disk")
        self.assertEqual(code, 0, said)
        self.assertIn("Ran 7 tests", said)
