"""``restart``: the processes of the release, one after the other, by whatever the node's service kind is."""

from __future__ import annotations

from typing import Any, Dict, List

from conc_agent import release, services
from conc_agent.context import Context
from conc_agent.outcome import Outcome


def run(context: Context, request: Dict[str, Any]) -> Outcome:
    """``{service, processes | null, sudo?, sudoCommands?}``. STOPPED where there is no service, or every
    process runs this release already. Null: the release's own, as its ``release.json`` says."""
    return services.named(request["service"]).restart(context, processes_of(context, request))


def processes_of(context: Context, request: Dict[str, Any]) -> List[Dict[str, Any]]:
    found = request["processes"]
    return release.processes(context.root, context.release) if found is None else found
