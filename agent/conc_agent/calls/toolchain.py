"""``toolchain``: what a builder can compile with. Looks only."""

from __future__ import annotations

import os
import shlex
import shutil
import sysconfig
from typing import Any, Dict, Optional

from conc_agent.channel import Channel


def serve(_channel: Channel, _request: Dict[str, Any]) -> Dict[str, Any]:
    """``{}`` → ``{compiler: {name, path}, headers: {path, found}}``; no compiler: its ``path`` is null."""
    return look()


def look() -> Dict[str, Any]:
    compiler = _compiler()
    include = sysconfig.get_path("include")
    return {
        "compiler": {"name": compiler, "path": shutil.which(compiler)},
        "headers": {"path": include, "found": os.path.exists(os.path.join(include, "Python.h"))},
    }


def _compiler() -> str:
    """As setuptools chooses it: ``CC``, or what the interpreter itself was compiled with."""
    return _first(os.environ.get("CC")) or _first(sysconfig.get_config_var("CC")) or "cc"


def _first(command: Optional[str]) -> Optional[str]:
    words = shlex.split(command or "")
    return words[0] if words else None
