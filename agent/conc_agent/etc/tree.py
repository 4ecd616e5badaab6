"""A release's rendered tree, as ``install`` put it beside ``release.json``; and where an etc root lies here."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any, Dict, Mapping, Optional

from conc_agent import durable, release

Tree = Dict[str, Any]
"""``{root, files: [{path, kind, …}]}``: protocol/README.md."""
NAME = "etc.json"


def write(folder: Path, tree: Tree) -> None:
    """Into a release that is being made. Nobody else reads it: there may be secrets in what was rendered."""
    durable.write_file(folder / NAME, canonical(tree), 0o600)


def read(root: Path, name: str) -> Optional[Tree]:
    """None: the release has none. Raises ValueError where it is not the one that was installed."""
    record = release.record(root, name)
    if record is None or not record.get("etc"):
        return None
    data = (release.folder(root, name) / NAME).read_bytes()
    if hashlib.sha256(data).hexdigest() != record["etc"]:
        raise ValueError("releases/%s/%s is not what was installed" % (name, NAME))
    return json.loads(data)


def canonical(tree: Mapping[str, Any]) -> bytes:
    """The form whose sha256 stands in ``release.json``: keys sorted, no blanks, UTF-8."""
    return json.dumps(tree, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def etc_root(root: Path, text: str) -> str:
    """Absolute: ``/etc`` as it is, ``~/…`` of the deploying user, anything else below the application's root."""
    if ".." in text.split("/"):
        raise ValueError("not an etc root: %s" % text)
    if text.startswith("~/"):
        text = os.path.expanduser(text)
    return os.path.realpath(os.path.join(str(root), text))
