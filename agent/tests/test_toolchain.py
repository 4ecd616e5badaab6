"""What a builder says that it can compile with."""

from __future__ import annotations

import os
import shutil
import sysconfig
import tempfile
import unittest
from unittest import mock

from conc_agent.calls import toolchain


class Toolchain(unittest.TestCase):
    def test_the_interpreters_own_compiler_and_headers(self):
        environment = {name: value for name, value in os.environ.items() if name != "CC"}
        with mock.patch.dict(os.environ, environment, clear=True):
            said = toolchain.look()
        name = (sysconfig.get_config_var("CC") or "cc").split()[0]
        self.assertEqual(said["compiler"], {"name": name, "path": shutil.which(name)})
        header = os.path.join(sysconfig.get_path("include"), "Python.h")
        self.assertEqual(said["headers"]["found"], os.path.isfile(header))

    def test_another_compiler_by_name(self):
        with mock.patch.dict(os.environ, CC="nonesuch-cc -pipe"):
            self.assertEqual(toolchain.look()["compiler"], {"name": "nonesuch-cc", "path": None})

    def test_an_interpreter_without_headers(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(sysconfig, "get_path", lambda _: folder):
            self.assertEqual(toolchain.look()["headers"], {"path": folder, "found": False})


if __name__ == "__main__":
    unittest.main()
