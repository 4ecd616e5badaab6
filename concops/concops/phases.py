"""When jobs run, where several nodes change together."""

from __future__ import annotations

from typing import Any, List

from concops.builtin import Builtin
from concops.policy import policy_of

PHASES = ("stage", "once", "switch", "after")
"""In their order. ``stage``: on every node; ``once``: on one; ``switch``: node by node; ``after``: at the end."""


def phases(jobs: Any) -> List[str]:
    """The phase of each job: what its policy says, else that of the nearest built-in op before it, else ``stage``."""
    placed: List[str] = []
    nearest = PHASES[0]
    for _, op in jobs:
        phase = policy_of(op).phase
        if isinstance(op, Builtin) and phase is not None:
            nearest = phase
        placed.append(nearest if phase is None else phase)
    return placed
