"""A fresh venv without pip, at the path where it stays."""

from __future__ import annotations

import os
import sys
import venv
from pathlib import Path
from types import SimpleNamespace
from typing import Any


def make_venv(folder: Path, prompt: str) -> None:
    """Make a venv by Python's own ``venv``; it needs neither ensurepip nor pip, so Debian's bare python3 will do."""
    _Builder(symlinks=True, with_pip=False, prompt=prompt).create(str(folder))


class _Builder(venv.EnvBuilder):
    """Links to the interpreter's real path: ``/usr/bin/python3`` may mean another version after an upgrade."""

    def ensure_directories(self, env_dir: Any) -> SimpleNamespace:
        context = super().ensure_directories(env_dir)
        executable = os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)
        context.executable = executable
        context.python_dir, context.python_exe = os.path.split(executable)
        context.env_exe = os.path.join(context.bin_path, context.python_exe)
        return context
