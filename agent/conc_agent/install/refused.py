"""A wheel that is not placed, and why."""

from __future__ import annotations

from typing import Sequence


class Refused(Exception):
    """Something about a wheel, or about two of them, forbids placing it. Raised before anything is in its place."""

    def __init__(self, wheel: str, reason: str, code: str = "wheel.refused", evidence: Sequence[str] = ()) -> None:
        super().__init__(f"{wheel}: {reason}")
        self.wheel = wheel
        self.reason = reason
        self.code = code
        self.evidence = evidence
