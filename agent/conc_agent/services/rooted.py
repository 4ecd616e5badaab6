"""What root does for services of the machine, by kind. Root's half of ``systemd_system``,
``initscript`` and ``supervisord_system``."""

from __future__ import annotations

from typing import Any, Callable, Dict, Mapping, Optional

from conc_agent.services import initscript_root, supervisor_root, system_root
from conc_agent.services.manifest import Unfit

_KINDS: Dict[str, Callable[[Mapping[str, Any], Optional[int]], Dict[str, Any]]] = {
    "systemd": system_root.perform,
    "initscript": initscript_root.perform,
    "supervisord": supervisor_root.perform,
}


def perform(order: Mapping[str, Any], caller: Optional[int]) -> Dict[str, Any]:
    """``order``: ``{kind, act, root, …}``. ``caller``: whose the root must be; None: root itself asks.

    ``{"error": SENTENCE}``: what was refused, or the words of what was run.
    """
    try:
        return _KINDS[order["kind"]](order, caller)
    except (Unfit, RuntimeError) as error:
        return {"error": str(error)}
