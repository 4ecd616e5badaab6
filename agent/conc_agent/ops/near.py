"""An op of the application's own that runs on the controller, which is asked for it: the journal stays here."""

from __future__ import annotations

from typing import Any, Dict

from conc_agent.context import OwnContext
from conc_agent.outcome import Outcome


def run(context: OwnContext, request: Dict[str, Any]) -> Outcome:
    """``request``: ``{position, calls, sudo, sudoCommands, undo}``; ``position``: from 0."""
    return context.application.near(context, request)
