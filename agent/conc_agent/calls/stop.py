"""``stop``: ends the service manager of a root and every process that it runs. Nothing else changes."""

from __future__ import annotations

from typing import Any, Dict

from conc_agent import release, services
from conc_agent.channel import Channel


def serve(_channel: Channel, request: Dict[str, Any]) -> Dict[str, Any]:
    """``{root, service}`` → ``{text}``: what was ended, "" if nothing ran."""
    return {"text": services.named(request["service"]).stop(release.root_path(request["root"]))}
