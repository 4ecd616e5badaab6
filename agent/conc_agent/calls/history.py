"""``history``: the last changes of a root, newest last."""

from __future__ import annotations

from typing import Any, Dict

from conc_agent import history, release
from conc_agent.channel import Channel


def serve(_channel: Channel, request: Dict[str, Any]) -> Dict[str, Any]:
    """``{root, limit}`` → ``{entries, damaged}``; ``damaged``: lines whose checksum doesn't fit, which are left
    out, of those that were read for it."""
    root = release.root_path(request["root"])
    limit = request.get("limit")
    found = history.newest(root, lambda known: limit is not None and len(known.entries) >= limit)
    return {
        "entries": found.entries if limit is None else found.entries[max(0, len(found.entries) - limit) :],
        "damaged": found.damaged,
    }
