"""A wheel that is not placed, and why."""

from __future__ import annotations

import re
from typing import Sequence


class Refused(Exception):
    """Something about a wheel, or about two of them, forbids placing it. Raised before anything is in its place."""

    def __init__(self, wheel: str, reason: str, code: str = "wheel.refused", evidence: Sequence[str] = ()) -> None:
        # What a wheel says of itself is quoted there: it must play no tricks on a terminal.
        self.reason = re.sub("[\0-\x1f\x7f-\x9f]", "?", reason)
        super().__init__(f"{wheel}: {self.reason}")
        self.wheel = wheel
        self.code = code
        self.evidence = evidence
