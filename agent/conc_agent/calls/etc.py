"""``etc``: how the paths of an etc tree are on this machine. Reads only."""

from __future__ import annotations

from typing import Any, Dict

from conc_agent import release
from conc_agent.channel import CallError, Channel
from conc_agent.etc.survey import survey


def serve(_channel: Channel, request: Dict[str, Any]) -> Dict[str, Any]:
    """``{root, app, etc, release, content}`` → ``{etc: …}``: protocol/README.md."""
    try:
        return {"etc": survey(release.root_path(request["root"]), request)}
    except ValueError as error:
        hint = "look at it on the node"
        raise CallError("etc.damaged", str(error), hint=hint, state="nothing was changed") from error
