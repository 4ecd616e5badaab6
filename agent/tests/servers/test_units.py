from __future__ import annotations

import unittest

from conc_agent.servers import every
from conc_agent.servers.systemd import systemd, unit_of

from .staging import stage


class UnitTest(unittest.TestCase):
    def test_of_which_unit_a_path_tells(self) -> None:
        self.assertEqual(unit_of("systemd/system/shop.timer"), "shop.timer")
        self.assertEqual(unit_of("systemd/system/nginx.service.d/limits.conf"), "nginx.service")
        self.assertEqual(unit_of("systemd/system/multi-user.target.wants/shop.service"), "shop.service")
        self.assertIsNone(unit_of("systemd/system/README"))

    def test_a_user_that_is_not_there_is_a_fault(self) -> None:
        unit = "[Service]\nUser=nobody-of-this-name\nGroup=nobody-of-this-name\nExecStart=/bin/true\n"
        found = "\n".join(systemd.test(stage("/etc", {"systemd/system/conc-test.service": unit})).faults)
        self.assertIn("/etc/systemd/system/conc-test.service: User=nobody-of-this-name", found)
        self.assertIn("no such group here", found)


class OwedTest(unittest.TestCase):
    def test_who_is_owed_what(self) -> None:
        paths = ["nginx/a", "nginx/b", "cron.d/x", "sudoers.d/x", "systemd/system/x.timer", "systemd/system/x.service"]
        self.assertEqual(every.owed("/etc", paths), ["nginx", "systemd x.service", "systemd x.timer"])
        self.assertEqual(every.owed("/etc", ["apache2/x", "supervisor/conf.d/x.conf"]), ["apache2", "supervisor"])

    def test_only_of_the_machine_itself(self) -> None:
        self.assertEqual(every.owed("/srv/shop/etc", ["nginx/a"]), [])
        faulty = stage("/srv/shop/etc", {"nginx/nginx.conf": "{{{"})
        self.assertEqual(list(every.test(faulty.root, faulty.changes).faults), [])
