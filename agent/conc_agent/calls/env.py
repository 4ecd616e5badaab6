"""``env``: which secrets the application has here, by their names, and of what a release that takes others is made."""

from __future__ import annotations

from typing import Any, Dict, Optional

from conc_agent import release
from conc_agent.channel import CallError, Channel
from conc_agent.env import generations


def serve(_channel: Channel, request: Dict[str, Any]) -> Dict[str, Any]:
    """``{root}`` → ``{env, next, serves}``. Reads only, and opens no file that has values."""
    root = release.root_path(request["root"])
    try:
        current = release.current(root)
        return {
            "env": described(root),
            "next": generations.next_number(root),
            "serves": None if current is None else release.record(root, current),
        }
    except ValueError as error:
        raise CallError(
            "root.damaged", str(error), hint="look at it on the node", state="nothing was changed"
        ) from error


def described(root: Any) -> Optional[Dict[str, Any]]:
    """The generation that the next deploy takes; None: there is none."""
    number = generations.newest(root)
    if number is None:
        return None
    about = generations.recorded(root)[number]
    names = [dict(known, name=name) for name, known in sorted(about.names.items())]
    return {"generation": number, "since": about.since, "by": about.by, "names": names}
