"""``halt``: asks whoever runs a change to halt after its running job. ``conc halt``."""

from __future__ import annotations

from typing import Any, Dict

from conc_agent import release
from conc_agent.change import lock, look
from conc_agent.change.wishes import ask_halt
from conc_agent.channel import CallError, Channel


def serve(_channel: Channel, request: Dict[str, Any]) -> Dict[str, Any]:
    """``request``: ``{root, by}``. Returns at once, with the change as it is: ``{"change": ChangeRecord}``."""
    root = release.root_path(request["root"])
    found = look.change_record(root)
    if found is None or found["state"] != "running":
        state = "no change is in progress" if found is None else "the change is %s already" % found["state"]
        raise CallError("change.not-running", "%s: there is nothing to halt" % state, state="nothing was changed")
    ask_halt(root / lock.NAME, request["by"])
    return {"change": found}
