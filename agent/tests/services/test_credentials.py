"""Secrets that root copies for another account: of who owns the root, through no link."""

from __future__ import annotations

import os
import stat
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from conc_agent.services import credentials


class CredentialsTest(unittest.TestCase):
    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        base = Path(os.path.realpath(holder.name))
        self.root, copies = base / "shop", base / "copies"
        (self.root / "env").mkdir(parents=True)
        elsewhere = mock.patch.object(credentials, "_COPIES", copies)
        elsewhere.start()
        self.addCleanup(elsewhere.stop)

    def copied(self) -> dict[str, str]:
        credentials.copy(self.root)
        return {path.name: path.read_text() for path in credentials.folder(self.root).iterdir()}

    def test_generations_come_and_go(self) -> None:
        (self.root / "env" / "1.json").write_text("one")
        (self.root / "env" / "record.json").write_text("{}")
        self.assertTrue(credentials.differ(self.root))
        self.assertEqual(self.copied(), {"1.json": "one"})
        self.assertFalse(credentials.differ(self.root))
        copy = credentials.folder(self.root) / "1.json"
        self.assertEqual(stat.S_IMODE(copy.stat().st_mode), 0o600)
        (self.root / "env" / "1.json").rename(self.root / "env" / "2.json")
        self.assertEqual(self.copied(), {"2.json": "one"})
        credentials.remove(self.root)
        self.assertFalse(credentials.folder(self.root).exists())

    def test_what_leads_elsewhere_is_not_read(self) -> None:
        outside = self.root / "outside"
        outside.mkdir()
        (outside / "3.json").write_text("not ours")
        os.mkfifo(str(self.root / "env" / "4.json"))
        self.assertEqual(self.copied(), {})
        (self.root / "env" / "3.json").symlink_to(outside / "3.json")
        with self.assertRaises(OSError):
            credentials.copy(self.root)
        (self.root / "env").rename(self.root / "env.was")
        (self.root / "env").symlink_to(outside)
        with self.assertRaises(OSError):
            credentials.copy(self.root)
        self.assertEqual(list(credentials.folder(self.root).iterdir()), [])
