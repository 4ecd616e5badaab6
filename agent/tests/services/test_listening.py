"""Where a service manager listens now, read from its own files."""

from __future__ import annotations

import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from conc_agent.services import supervisord_files, system_units, systemd_units
from conc_agent.services.listening import listening

from ..making import process


class ListeningTest(unittest.TestCase):
    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.root = Path(holder.name) / "100% tea"
        self.root.mkdir()

    def test_nothing_is_there_yet(self) -> None:
        for kind in ("none", "supervisord", "systemd", "systemd_system", "initscript"):
            self.assertEqual(listening(self.root, kind), {})

    def test_sockets_of_both_of_systemds_managers(self) -> None:
        units = Path(os.path.dirname(str(self.root))) / "units"
        units.mkdir()
        wanted = [process("web", "x", "[::1]:80", 2), process("my-api", "x", "unix:%s/a.sock" % self.root)]
        for name, text in systemd_units.units(self.root, wanted).items():
            (units / name).write_text(text)
        seen = {
            "web": {"listen": "[::1]:80", "count": None},
            "my-api": {"listen": "unix:%s/a.sock" % self.root, "count": None},
        }
        with mock.patch.object(system_units, "FOLDER", units):
            self.assertEqual(listening(self.root, "systemd_system"), seen)
        with mock.patch.object(systemd_units, "folder", return_value=units):
            self.assertEqual(listening(self.root, "systemd"), seen)

    def test_supervisords_and_how_many_are_at_each(self) -> None:
        wanted = [
            process("web", "x", "127.0.0.1:80", 3),
            process("one", "x", "[::1]:81"),
            process("api", "x", "unix:%s/a.sock" % self.root, 2),
            process("worker", "x"),
        ]
        (self.root / "supervisor").mkdir()
        supervisord_files.conf_path(self.root).write_text(supervisord_files.conf(self.root, wanted))
        self.assertEqual(
            listening(self.root, "supervisord"),
            {
                "web": {"listen": "127.0.0.1:80", "count": 3},
                "one": {"listen": "[::1]:81", "count": 1},
                "api": {"listen": "unix:%s/a.sock" % self.root, "count": 2},
            },
        )
