"""The job ``etc`` on a disk that gets full within it: run by ``test_full_disk``, on a small tmpfs of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import AbstractSet, Any, List, Sequence
from unittest import mock

from conc_agent.etc import wrote
from conc_agent.servers import every
from conc_agent.servers.server import Found, Server
from conc_agent.servers.staged import Staged

from tests.change.full_disk import FILL
from tests.making import FIRST, SECOND

from .trees import EtcCase, content, file, link

SITE = file("nginx/sites-available/shop", "listen 80;\n")
NEW = [
    file("nginx/sites-available/shop", "listen 8080;\n"),
    link("nginx/sites-enabled/shop", "x"),
    file("new/motd", "x"),
]


class FullEtc(EtcCase):
    def setUp(self) -> None:
        super().setUp()
        (self.work / "fill.py").write_text(FILL)
        self.deploy(FIRST, SITE)
        self.before = content(self.etc)

    def with_server(self, tests: str = "", told: str = "") -> None:
        """One that fills the disk when it is asked, or when it is told; then it has not taken up anything."""

        def test(_staged: Staged) -> Found:
            return self.fill(tests)

        def take_up(_subjects: Sequence[str], _ours: AbstractSet[str]) -> Found:
            full = (self.work / "fill").exists() or (self.work / "names").exists()
            return Found() if full else self.fill(told)._replace(faults=["no space"] if told else [])

        one = Server("nginx", re.compile("nginx/"), test, take_up)
        patches: List[Any] = [("servers", (one,)), ("is_real", lambda _root: True)]
        for name, value in patches:
            patched = mock.patch.object(every, name, value)
            patched.start()
            self.addCleanup(patched.stop)

    def fill(self, what: str) -> Found:
        if what:
            subprocess.run([sys.executable, "-IS", str(self.work / "fill.py"), str(self.work), what, "0"], check=True)
        return Found()

    def undone(self) -> None:
        self.make(SECOND, *NEW)
        reply = self.run_change(SECOND, self.jobs(SECOND))
        self.assertEqual((reply["outcome"], self.controller.undone()["undo"]), ("undone", "OK"), reply)
        self.assertEqual((content(self.etc), wrote.read(self.root)["pending"]), (self.before, []))
        self.assertFalse((self.etc / "new").exists())
        self.assert_serves(FIRST)
        found = os.statvfs(str(self.root))
        self.assertTrue(found.f_bavail * found.f_frsize < 2 << 20 or found.f_favail < 50)

    def test_before_anything_is_placed(self) -> None:
        self.with_server(tests="bytes")
        self.undone()
        self.assertRegex(str(self.controller.done("etc")), r"full|No space left")

    def test_no_inode_before_anything_is_placed(self) -> None:
        self.with_server(tests="names")
        self.undone()
        self.assertRegex(str(self.controller.done("etc")), r"full|No space left")

    def test_once_all_is_placed(self) -> None:
        self.with_server(told="bytes")
        self.undone()

    def test_no_inode_once_all_is_placed(self) -> None:
        self.with_server(told="names")
        self.undone()
