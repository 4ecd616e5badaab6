from __future__ import annotations

import unittest

from conc_agent.servers.command import find
from conc_agent.servers.sudoers import sudoers

from .staging import stage


class SudoersTest(unittest.TestCase):
    def test_rules_that_would_shut_everybody_out(self) -> None:
        found = sudoers.test(stage("/srv/shop/etc", {"sudoers.d/shop": "shop ALL=(root NOPASSWD: /bin/id\n"}))
        if find("visudo") is None:
            self.assertIn("sudo is not installed here", found.notes[0])
        else:
            self.assertRegex("\n".join(found.faults), r"/srv/shop/etc/sudoers\.d/shop:1")

    def test_what_goes_is_not_asked_about(self) -> None:
        self.assertEqual(sudoers.test(stage("/etc", {"sudoers.d/shop": None})), sudoers.test(stage("/etc", {})))
