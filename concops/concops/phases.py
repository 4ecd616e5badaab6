"""When jobs run, where several nodes change together."""

from __future__ import annotations

from typing import Any, List

from concops.policy import policy_of

PHASES = ("stage", "once", "switch", "after")
"""In their order. ``stage``: on every node; ``once``: on one; ``switch``: node by node; ``after``: at the end."""


def phases(jobs: Any) -> List[str]:
    """The phase of each job: what its policy says, else that of the nearest built-in op before it, else ``stage``.

    A job that says none doesn't go back, though, to before one that says its own; and it is never of ``once``: what
    follows a ``once`` job runs on every node, so it is of ``switch``.
    """
    placed: List[str] = []
    for _, op in jobs:
        latest = max([PHASES.index(phase) for phase in placed if phase in PHASES], default=0)
        here = "switch" if PHASES[latest] == "once" else PHASES[latest]
        placed.append(policy_of(op).phase or here)
    return placed
