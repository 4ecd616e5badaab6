"""``place``: the program by which root places files, as this agent would put it there. Reads only."""

from __future__ import annotations

import base64
from typing import Any, Dict

from conc_agent.channel import Channel
from conc_agent.etc import privileged


def serve(_channel: Channel, _request: Dict[str, Any]) -> Dict[str, Any]:
    return {"path": privileged.PLACE, "bytes": base64.b64encode(privileged.archive()).decode("ascii")}
