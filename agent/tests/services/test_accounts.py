"""Who processes run as where root starts them, and what keeps that account from doing so."""

from __future__ import annotations

import os
import pwd
import tempfile
import unittest
from pathlib import Path

from conc_agent.services import accounts

from ..making import process
from .test_manifest import NOBODY


class AccountsTest(unittest.TestCase):
    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.root = Path(holder.name) / "shop"
        self.root.mkdir(mode=0o755)
        os.chmod(holder.name, 0o755)

    def needs(self, user: str) -> list[str]:
        return [line for line in accounts.needs(self.root, [dict(process("web", "x"), user=user)]) if user in line]

    def test_without_a_word_it_is_who_deploys(self) -> None:
        (one,) = accounts.with_accounts([process("web", "x")])
        self.assertEqual(one["user"], pwd.getpwuid(os.geteuid()).pw_name)

    def test_one_that_may_get_in_needs_nothing(self) -> None:
        self.assertEqual(self.needs(NOBODY), [])

    def test_one_that_is_shut_out_is_told_with_the_folder(self) -> None:
        self.root.parent.chmod(0o700)
        self.assertEqual(
            self.needs(NOBODY), ["%s can't get into %s: chmod o+x %s" % (NOBODY, self.root.parent, self.root.parent)]
        )

    def test_one_that_is_not_there_or_is_root(self) -> None:
        self.assertEqual(self.needs("no-such-account"), ["service.user: there is no account no-such-account"])
        (line,) = self.needs("root")
        self.assertIn("root is root", line)
