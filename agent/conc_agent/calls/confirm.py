"""``confirm``: a new connection says that the node can be reached, for the change that waits for just that."""

from __future__ import annotations

from typing import Any, Dict

from conc_agent import release
from conc_agent.change import lock
from conc_agent.change.job_context import CONFIRMED
from conc_agent.channel import Channel


def serve(_channel: Channel, request: Dict[str, Any]) -> Dict[str, Any]:
    """``request``: ``{root}``."""
    root = release.root_path(request["root"])
    if not lock.is_running(root):
        return {"confirmed": False}
    (root / lock.NAME / CONFIRMED).touch()
    return {"confirmed": True}
