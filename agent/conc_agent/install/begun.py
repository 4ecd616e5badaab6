"""One wheel on its way to a store entry."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Tuple

from conc_agent.install import tags
from conc_agent.install.bytecode import Bytecode
from conc_agent.install.describe import Description
from conc_agent.install.entry import Spot
from conc_agent.install.store import staged_wheel
from conc_agent.install.unpack import Unpacked
from conc_agent.install.versions import normal_name, same_version


class Begun:
    """``wheel``: as in the request of ``install``. ``aside``: where its entry is made."""

    def __init__(self, wheel: Mapping[str, Any], aside: Path) -> None:
        self.wheel = wheel
        self.aside = aside
        #: And given to the compilers.
        self.is_unpacked = False
        #: From its unpacking to its sealing.
        self.unpacked: Optional[Tuple[Description, Unpacked]] = None
        self.bytecode: Dict[Spot, Bytecode] = {}
        #: How many of its sources were compiled before, for the version that serves.
        self.taken_over = 0
        #: Files that are still to be compiled.
        self.left = 0
        #: How many files were compiled for the sealed entry.
        self.compiled: Optional[int] = None
        self.error: Optional[Exception] = None

    def fits(self, wheel: Mapping[str, Any]) -> bool:
        """Is it well so far, and what is wanted? Whatever of a wheel is looked at in making its entry is compared."""
        return (
            self.error is None
            and self.wheel["file"] == wheel["file"]
            and self.wheel["contents"] == wheel["contents"]
            and normal_name(self.wheel["name"]) == normal_name(wheel["name"])
            and same_version(self.wheel["version"], wheel["version"])
        )


def says_itself(root: Path, digest: str, file: str) -> Optional[Dict[str, str]]:
    """What a staged wheel calls itself, before the manifest says so. None: its file name is no wheel's."""
    name = tags.read_name(file)
    if name is None:
        return None
    contents = staged_wheel(root, digest).with_suffix(".json").read_bytes()
    about = {"sha256": digest, "file": file, "name": name.name, "version": name.version}
    return {**about, "contents": hashlib.sha256(contents).hexdigest()}
