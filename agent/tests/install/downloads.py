"""Real wheels from the registry, fetched once for a run, and the newest pip as a file."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import List, Tuple


@lru_cache(maxsize=None)
def folder() -> Path:
    path = Path(tempfile.mkdtemp(prefix="conc-wheels-"))
    atexit.register(shutil.rmtree, str(path), True)
    return path


@lru_cache(maxsize=None)
def newest_pip() -> Path:
    """The newest pip for this Python, as a wheel that can be run."""
    return fetch(("pip",), "pip-itself")[0]


@lru_cache(maxsize=None)
def fetch(requirements: Tuple[str, ...], name: str = "wheels") -> List[Path]:
    """Download the wheels of the requirements, without their dependencies."""
    target = folder() / name
    command = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*command, "--only-binary", ":all:", "-d", str(target), *requirements], check=True)
    return sorted(target.glob("*.whl"))


def pip_install(venv: Path, wheels: List[Path], names: List[str]) -> None:
    """What a person would do with the same files."""
    links = [f"--find-links={place}" for place in {str(path.parent) for path in wheels}]
    command = [sys.executable, "-I", f"{newest_pip()}/pip", "--python", str(venv / "bin" / "python"), "install", "-q"]
    subprocess.run([*command, "--no-index", "--no-deps", "--no-cache-dir", *links, *names], check=True)
