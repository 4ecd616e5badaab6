"""Links that have to lead somewhere: sites, modules and settings that ``nginx.sites`` and their like enable."""

from __future__ import annotations

import os
from typing import Any, Dict, List, NamedTuple

Files = List[Dict[str, Any]]


class Led(NamedTuple):
    """``without``: paths of links that may lead nowhere, and do; ``lost``: of those that may not, why, by path."""

    files: Files
    without: List[str]
    lost: Dict[str, str]


def led(root: str, files: Files) -> Led:
    """The files of a rendered tree (``lead`` of a link: protocol/README.md) on this machine."""
    paths = {file["path"] for file in files}
    found = Led([], [], {})
    for file in files:
        target = os.path.normpath(os.path.join(os.path.dirname(file["path"]), file.get("target", "")))
        if "lead" not in file or target in paths or os.path.exists(os.path.join(root, target)):
            found.files.append(file)
        elif file["lead"] == "may":
            found.without.append(file["path"])
        else:
            found.files.append(file)
            found.lost[file["path"]] = "would lead to %s, which is neither in the tree nor on this machine" % target
    return found
