"""Renews the locks of the differential suite: ``.tools/venv/bin/python test/differential/lock.py`` (Python 3.11, uv).

Each ``sets/NAME.in`` becomes ``sets/NAME.txt``: every requirement pinned, with the hashes of the wheels for Linux alone,
so that every run of the suite installs the same bytes.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

SETS = Path(__file__).parent / "sets"
UV = Path(sys.executable).parent / "uv"
OLDEST = "3.9"
LINUX = re.compile(r"-(?:any|(?:[\w.]*manylinux|linux)[\w.]*_(?:x86_64|aarch64))\.whl$")


def lock(source: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        locked = Path(folder) / "pylock.toml"
        options = ["--universal", "--python-version", OLDEST, "--only-binary", ":all:", "--format", "pylock.toml"]
        if source.read_text().startswith("# no-deps"):
            options.append("--no-deps")
        subprocess.run([str(UV), "pip", "compile", "-q", *options, "-o", str(locked), str(source)], check=True)
        packages = tomllib.loads(locked.read_text())["packages"]
    lines = [f"# Made by test/differential/lock.py from {source.name}"]
    for package in packages:
        marker = f' ; {package["marker"]}' if "marker" in package else ""
        wheels = {wheel["url"].rpartition("/")[2]: wheel["hashes"]["sha256"] for wheel in package["wheels"]}
        hashes = [f"    --hash=sha256:{wheels[name]}" for name in sorted(wheels) if LINUX.search(name)]
        if hashes:
            lines.append(" \\\n".join([f'{package["name"]}=={package["version"]}{marker}', *hashes]))
    source.with_suffix(".txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    for each in sorted(SETS.glob("*.in")):
        lock(each)
