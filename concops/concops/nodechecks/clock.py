"""Certificates, cookies and logs of several machines stand on one time."""

from __future__ import annotations

import unittest as nodetest
from typing import Any, Dict


class Clock(nodetest.TestCase):
    """Compared when the suites were sent."""

    ncd: Dict[str, Any]

    def test_clock_is_the_controllers(self) -> None:
        most = float(self.ncd.get("check.clock", 5))
        skew = float(self.ncd["clock.skew"])
        if abs(skew) > most:
            self.fail(
                "this node's clock is %.1f s %s the controller's; check.clock allows %g s"
                % (abs(skew), "ahead of" if skew > 0 else "behind", most)
            )
