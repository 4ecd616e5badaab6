"""``restart``: the processes of the release, one after the other, by whatever the node's service kind is."""

from __future__ import annotations

from typing import Any, Dict

from conc_agent import services
from conc_agent.context import Context
from conc_agent.outcome import Outcome


def run(context: Context, request: Dict[str, Any]) -> Outcome:
    """``{service, processes, sudo?, sudoCommands?}``. STOPPED where there is no service, or every process runs this
    release already."""
    return services.named(request["service"]).restart(context, request["processes"])
