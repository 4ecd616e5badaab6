from __future__ import annotations

import json
import unittest
from pathlib import Path

from conc_agent.servers.cron import cron
from conc_agent.servers.schedule import fault_of

from .staging import stage

#: test/config/cron-when.test.ts holds the controller to the same list.
WHEN = json.loads(Path(__file__).with_name("when.json").read_text(encoding="utf-8"))


class ScheduleTest(unittest.TestCase):
    def test_takes_what_cron_takes(self) -> None:
        for when in WHEN["good"]:
            self.assertIsNone(fault_of(when), when)

    def test_refuses_what_cron_would_pass_over(self) -> None:
        for when in WHEN["bad"]:
            self.assertIsNotNone(fault_of(when), when)


class CronTest(unittest.TestCase):
    def faults(self, text: str, path: str = "cron.d/shop", root: str = "/etc", **more: object) -> str:
        staged = stage(root, {path: dict({"data": text.encode(), "mode": "0644", "uid": 0, "gid": 0}, **more)})
        return "\n".join(cron.test(staged).faults)

    def test_a_table_as_it_should_be(self) -> None:
        table = '# tables\nMAILTO=""\nPATH = /usr/bin:/bin\n\n*/5 * * * * root echo 50%\n@daily\tdaemon\ttrue\n'
        self.assertEqual(self.faults(table), "")
        self.assertEqual(self.faults(""), "")

    def test_each_fault_with_its_place(self) -> None:
        self.assertIn("/etc/cron.d/shop:2: 61 is no minute", self.faults("# x\n61 * * * * root true\n"))
        self.assertIn("user and a command", self.faults("* * * * *\n"))
        self.assertIn("user and a command", self.faults("* * * * * true\n"))
        self.assertIn("neither a variable", self.faults("every day\n"))
        self.assertIn("last line does not end", self.faults("* * * * * root true"))

    def test_a_file_that_cron_does_not_read(self) -> None:
        good = "* * * * * root true\n"
        self.assertIn("of this name", self.faults(good, "cron.d/shop.cron"))
        self.assertIn("others than its owner may write", self.faults(good, mode="0664"))
        self.assertIn("not root's", self.faults(good, uid=1000))
        self.assertEqual(self.faults(good, root="/srv/shop/etc", uid=1000), "")

    def test_users_are_looked_up_on_the_machine_itself(self) -> None:
        table = "* * * * * nobody-of-this-name true\n"
        self.assertIn("there is no user nobody-of-this-name here", self.faults(table))
        self.assertEqual(self.faults(table, root="/srv/shop/etc"), "")
