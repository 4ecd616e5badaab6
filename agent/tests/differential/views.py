"""What pip, uv and Python's own importlib.metadata see in a venv."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Dict, List, Optional

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


_IMPORTS = """
import importlib, importlib.metadata as m, io, sys
names = set()
for d in m.distributions():
    for f in d.files or ():
        if f.parts[0] not in ("..", "__pycache__") and f.suffix in (".py", ".so"):
            names.add(f.parts[0].partition(".")[0])
for name in sorted(name for name in names if name.isidentifier()):
    out, sys.stdout, sys.stderr = sys.stdout, io.StringIO(), io.StringIO()
    try:
        found = importlib.import_module(name)
        said = getattr(found, "__file__", None) or sorted(found.__path__)
    except BaseException as error:
        said = type(error).__name__
    sys.stdout = out
    print(name, said)
"""


def imports(venv: Path) -> str:
    """Every top-level name that the distributions have: where it comes from, or how it fails."""
    return _said([str(venv / "bin" / "python"), "-I", "-W", "ignore", "-c", _IMPORTS]).replace(str(venv), "VENV")


def views(venv: Path, pip: List[str], uv: Optional[str], names: List[str]) -> Dict[str, str]:
    """What each of them prints, the venv's own path left out. ``pip``: the argv that runs it. ``uv`` None: without."""
    python = str(venv / "bin" / "python")
    asks = {
        "pip list": [*pip, "--python", python, "list", "--format=json"],
        "pip freeze": [*pip, "--python", python, "freeze", "--all"],
        "pip check": [*pip, "--python", python, "check"],
        "pip show -f": [*pip, "--python", python, "show", "-f", *names],
        "importlib.metadata": [python, "-I", "-c", _METADATA],
    }
    if uv is not None:
        asks["uv pip list"] = [uv, "pip", "list", "--python", python, "--format=json"]
        asks["uv pip check"] = [uv, "pip", "check", "--python", python]
        asks["uv pip freeze"] = [uv, "pip", "freeze", "--python", python]
    return {name: _said(argv).replace(str(venv), "VENV") for name, argv in asks.items()}


def _said(argv: List[str]) -> str:
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if "REQUESTED" not in line and not line.startswith("Checked ")]
    return "\n".join([f"exit {done.returncode}", *lines])
