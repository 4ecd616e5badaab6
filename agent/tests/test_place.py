"""The program by which root places files, as the controller gets it."""

from __future__ import annotations

import base64
import io
import unittest
import zipfile
from unittest.mock import create_autospec

from conc_agent.calls import place
from conc_agent.channel import Channel


class Place(unittest.TestCase):
    def test_is_a_program_that_python_starts_by_its_path(self) -> None:
        told = place.serve(create_autospec(Channel), {})
        self.assertEqual("/usr/local/lib/conc/place", told["path"])
        data = base64.b64decode(told["bytes"])
        self.assertTrue(data.startswith(b"#!/usr/bin/python3 -I\n"))
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            self.assertIn("__main__.py", file.namelist())
            self.assertIsNone(file.testzip())
