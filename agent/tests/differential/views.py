"""What pip, uv and Python's own importlib.metadata see in a venv."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Dict, List

_METADATA = """
import importlib.metadata as m, json
found = []
for d in m.distributions():
    files = sorted(str(f) for f in d.files or () if not str(f).endswith(("/REQUESTED",)))
    points = sorted((e.group, e.name, e.value) for e in d.entry_points)
    missing = sorted(str(f) for f in d.files or () if not f.locate().exists())
    found.append([d.metadata["Name"], d.version, d.requires, files, points, missing, d.read_text("direct_url.json")])
print(json.dumps(sorted(found, key=lambda each: each[0])))
"""


def views(venv: Path, pip: List[str], uv: str, names: List[str]) -> Dict[str, str]:
    """What each of them prints, the venv's own path left out. ``pip``: the argv that runs it."""
    python = str(venv / "bin" / "python")
    asks = {
        "pip list": [*pip, "--python", python, "list", "--format=json"],
        "pip freeze": [*pip, "--python", python, "freeze", "--all"],
        "pip check": [*pip, "--python", python, "check"],
        "pip show -f": [*pip, "--python", python, "show", "-f", *names],
        "importlib.metadata": [python, "-I", "-c", _METADATA],
        "uv pip list": [uv, "pip", "list", "--python", python, "--format=json"],
        "uv pip check": [uv, "pip", "check", "--python", python],
        "uv pip freeze": [uv, "pip", "freeze", "--python", python],
    }
    return {name: _said(argv).replace(str(venv), "VENV") for name, argv in asks.items()}


def _said(argv: List[str]) -> str:
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if "REQUESTED" not in line and not line.startswith("Checked ")]
    return "\n".join([f"exit {done.returncode}", *lines])
