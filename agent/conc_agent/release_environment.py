"""The environment in which commands of a release run, as its launchers make it for its processes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Dict

from conc_agent import release
from conc_agent.env.given import values_for

#: An interpreter's own, which must not reach another.
_NOT_PASSED = ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "__PYVENV_LAUNCHER__")


def release_environment(root: Path, name: str, secrets: bool = True) -> Dict[str, str]:
    """``secrets``: the application's own, too. Raises ``CallError`` ``env.unreadable``."""
    venv = release.folder(root, name) / "venv"
    environment = {key: value for key, value in os.environ.items() if key not in _NOT_PASSED}
    if secrets:
        environment.update(values_for(root, name))
    environment["PATH"] = "%s/bin:%s" % (venv, environment.get("PATH", os.defpath))
    environment["VIRTUAL_ENV"] = str(venv)
    environment.update(CONC_ROOT=str(root), CONC_RELEASE=name, CONC_SHARED=str(root / "shared"))
    environment["CONC_STATIC"] = str(release.folder(root, name) / "static")
    return environment
