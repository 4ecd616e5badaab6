"""Programs of the machine told of what was placed, or put back."""

from __future__ import annotations

from typing import Any, Dict

from conc_agent.etc import claims
from conc_agent.servers import every


def take_up(order: Dict[str, Any]) -> Dict[str, Any]:
    """``order``: ``{keep, pending, ours}`` → ``{faults: [LINE…], notes: [SENTENCE…]}``. Can be run again."""
    with claims.locked(order["keep"]):
        found = every.take_up(order["pending"], set(order["ours"]))
    return {"faults": list(found.faults), "notes": list(found.notes)}
