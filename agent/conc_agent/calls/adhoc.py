"""``adhoc``: something that a person runs without a change: it stands in the history, whatever becomes of it."""

from __future__ import annotations

import time
from typing import Any, Dict

from conc_agent import history, release
from conc_agent.channel import Channel, ChannelClosed


def serve(channel: Channel, request: Dict[str, Any]) -> Dict[str, Any]:
    """``{root, kind, by, note}``, then ``{outcome}`` at its end → ``{number}``, null where there is no root.

    Without that word, because the controller is gone, the entry says ``interrupted``.
    """
    began = time.monotonic()
    root = release.root_path(request["root"])
    try:
        outcome = channel.receive()[1]["outcome"]
    except ChannelClosed:
        outcome = "interrupted"
    if not root.is_dir():
        return {"number": None}
    entry = {
        "kind": request["kind"],
        "release": release.current(root),
        "bundle": None,
        "version": None,
        "by": request["by"],
        "outcome": outcome,
        "seconds": round(time.monotonic() - began, 3),
        "jobs": [],
        "note": request["note"],
    }
    return {"number": history.append(root, entry)}
