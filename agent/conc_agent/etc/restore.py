"""An etc root as it was before a change."""

from __future__ import annotations

from typing import Any, Dict

from conc_agent.etc import backup, claims


def restore(order: Dict[str, Any]) -> Dict[str, Any]:
    """``order``: ``{keep, backup, owner}`` → ``{paths: [PATH…], left: [SENTENCE…]}``. Can be run again."""
    kept = backup.read(order["backup"])
    if kept is None:
        return {"paths": [], "left": []}
    with claims.locked(order["keep"]):
        left = backup.put_back(order["backup"], kept)
        claims.claim(order["keep"], order["owner"], kept["claimed"])
    return {"paths": sorted(kept["paths"]), "left": left}
