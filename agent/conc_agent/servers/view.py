"""A program run where ``/etc`` is as it would be: in a private mount namespace, which ends with it (``inside.py``)."""

from __future__ import annotations

import base64
import json
import sys
from typing import Any, Dict, Mapping, Optional, Sequence

from conc_agent.own_source import source_of
from conc_agent.servers import inside
from conc_agent.servers.command import ENVIRONMENT, Ran
from conc_agent.servers.command import run as run_command

#: How ``inside.py`` ends where it could not make the view.
NO_VIEW = 125


class NoView(Exception):
    """Why it can't be had here: not root, or a container that may not mount."""


def run(argv: Sequence[str], changes: Mapping[str, Optional[Dict[str, Any]]], shadowed: Sequence[str]) -> Ran:
    """``changes`` as in ``Staged``. Messages name the paths that are meant. Raises ``NoView``."""
    asked = {
        "argv": list(argv),
        "env": ENVIRONMENT,
        "shadowed": list(shadowed),
        "changes": {path: change and _sent(change) for path, change in changes.items()},
    }
    # -S: where a site's own start-up files fail, this doesn't.
    ran = run_command([sys.executable, "-IS", "-c", source_of(inside) + "\nmain()\n"], json.dumps(asked).encode())
    if ran.code == NO_VIEW:
        raise NoView(" ".join(ran.lines[-1:]))
    return ran


def _sent(change: Dict[str, Any]) -> Dict[str, Any]:
    if "link" in change:
        return change
    return dict(change, data=base64.b64encode(change["data"]).decode("ascii"))
