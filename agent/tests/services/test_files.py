"""The texts of supervisord's files."""

from __future__ import annotations

import unittest
from pathlib import Path

from conc_agent.services import supervisord_files as files


class CrontabLine(unittest.TestCase):
    def test_a_plain_root_stands_as_it_is(self) -> None:
        self.assertEqual(files.crontab_line(Path("/srv/shop")), "@reboot /srv/shop/bin/supervisord")

    def test_blanks_are_quoted_for_sh_and_percent_for_cron(self) -> None:
        self.assertEqual(files.crontab_line(Path("/srv/a b/50%")), r"@reboot '/srv/a b/50\%/bin/supervisord'")


if __name__ == "__main__":
    unittest.main()
