"""``change/code/``: what workers of this change import, as files that anybody can read.

``concops/`` is conc's own package. ``application/`` holds the application's devops code, for ops that run before the
release is installed; afterwards that code comes from the release itself.
"""

from __future__ import annotations

import base64
import json
import shutil
import zlib
from pathlib import Path
from typing import Dict, List

from conc_agent.channel import CallError


def place(folder: Path, packed: str) -> None:
    """Write the files anew: what an earlier agent wrote may have been lost with the power.

    ``packed``: base64 of zlib of JSON ``{path: text}``.
    """
    files: Dict[str, str] = json.loads(zlib.decompress(base64.b64decode(packed)).decode("utf-8"))
    shutil.rmtree(str(folder), ignore_errors=True)
    for path, text in files.items():
        _place_one(folder, path, text)


def _place_one(folder: Path, path: str, text: str) -> None:
    parts = path.split("/")
    if path.startswith("/") or not all(part not in ("", ".", "..") and "\0" not in part for part in parts):
        raise CallError("protocol.code", "not a path of code: %r" % path)
    file = folder.joinpath(*parts)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode("utf-8"))


def differing(expected: Dict[str, str], loaded: Dict[str, str]) -> List[str]:
    """Modules that a worker has loaded from another text than the one that the bundle was built from."""
    return sorted(name for name, digest in loaded.items() if name in expected and expected[name] != digest)


def differs(names: List[str], where: str) -> CallError:
    listed = ", ".join(names[:5]) + (" and %d more" % (len(names) - 5) if len(names) > 5 else "")
    return CallError(
        "sequence.digest",
        "%s is not what the bundle was built from, %s" % (listed, where),
        hint="build a new bundle, or look who changed it",
    )
