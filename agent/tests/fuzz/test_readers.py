"""Runs ``readers`` in a process that may have little memory, and that is ended should it hang."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import unittest
from pathlib import Path

MEMORY = 512 << 20


class ReadersTest(unittest.TestCase):
    def test_with_little_memory(self) -> None:
        # Nothing here asks the disk itself.
        memory = {"TMPDIR": "/dev/shm"} if os.access("/dev/shm", os.W_OK) else {}
        done = subprocess.run(
            [sys.executable, "-m", "unittest", "-f", "tests.fuzz.readers"],
            cwd=str(Path(__file__).resolve().parents[2]),
            env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1", **memory),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
            timeout=300,
        )
        said = done.stdout.decode("utf-8", "replace")
        self.assertEqual(done.returncode, 0, said)
        self.assertIn("Ran 6 tests", said)
