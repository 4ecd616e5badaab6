"""An op of the application's own, on the node: in the release's interpreter once that is there, before in this one."""

from __future__ import annotations

from typing import Any, Dict

from conc_agent.context import OwnContext
from conc_agent.outcome import Outcome


def run(context: OwnContext, request: Dict[str, Any]) -> Outcome:
    """``request``: ``{position, calls, sudo, sudoCommands, undo}``; ``position``: from 0."""
    return context.application.call(context, request)
