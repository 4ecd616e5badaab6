"""Asking root for what services of the machine need (``rooted``), one thing at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict

from conc_agent.etc import privileged
from conc_agent.etc.privileged import Silent
from conc_agent.services.systemctl import Refused


def ask_root(kind: str, root: Path, act: str, **more: Any) -> Dict[str, Any]:
    """What it answered. Raises ``Refused``: sudo's words, or those of what was run, or why it is not done."""
    try:
        return privileged.units(dict(more, kind=kind, act=act, root=str(root)))
    except Silent:
        raise Refused("sudo did not answer within a minute; what it runs can't be ended from here") from None
    except (RuntimeError, ValueError, OSError) as error:
        raise Refused(str(error)) from error
