"""Room for the next release."""

from __future__ import annotations

import os
import unittest as nodetest
from typing import Any, Dict


class Disk(nodetest.TestCase):
    """Where the root lies, or will."""

    ncd: Dict[str, Any]

    def setUp(self) -> None:
        self.least = int(self.ncd.get("check.disk", 10))
        self.place: str = self.ncd["root"]
        while not os.path.isdir(self.place):
            self.place = os.path.dirname(self.place)
        self.seen = os.statvfs(self.place)

    def test_space(self) -> None:
        self._enough("space", self.seen.f_bavail, self.seen.f_blocks)

    def test_inodes(self) -> None:
        if self.seen.f_files == 0:
            self.skipTest("the file system of %s doesn't count inodes" % self.place)
        self._enough("inodes", self.seen.f_favail, self.seen.f_files)

    def _enough(self, what: str, free: int, total: int) -> None:
        share = 100.0 * free / total
        if share < self.least:
            self.fail(
                "%.1f %% of the %s where %s lies is free; check.disk asks for %d %%"
                % (share, what, self.place, self.least)
            )
