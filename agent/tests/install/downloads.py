"""Wheels from the registry, pinned by their hashes, downloaded once and kept in ``~/.cache/conc-test/wheels``."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import List


def fetch(requirements: str) -> List[Path]:
    """The wheels of a requirements text in which every line has its hashes, for the running Python."""
    identity = requirements + sys.implementation.cache_tag + str(sys.maxsize)
    target = _cache() / hashlib.sha256(identity.encode()).hexdigest()[:16]
    if not target.exists():
        _download(requirements, target)
    return sorted(target.glob("*.whl"))


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "conc-test" / "wheels"


def _download(requirements: str, target: Path) -> None:
    """Aside, and renamed once it is whole: several tests may want the same at once."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".", dir=str(target.parent)))
    try:
        (aside / "requirements.txt").write_text(requirements)
        command = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps"]
        options = [
            "--require-hashes",
            "--only-binary",
            ":all:",
            "-d",
            str(aside),
            "-r",
            str(aside / "requirements.txt"),
        ]
        subprocess.run([*command, *options], check=True, stdout=sys.stderr)
        os.chmod(str(aside), 0o755)
        os.rename(str(aside), str(target))
    except OSError:
        if not target.exists():
            raise
    finally:
        shutil.rmtree(str(aside), ignore_errors=True)


if __name__ == "__main__":
    print("\n".join(str(path) for path in fetch(Path(sys.argv[1]).read_text())))
