"""For the build's tests: ``write FOLDER`` the corpus; ``fuzz FOLDER SEED COUNT`` damaged ones; ``read FOLDER`` them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Dict, List

from conc_agent.install.contents import Listed
from conc_agent.install.describe import describe
from conc_agent.install.refused import Refused
from conc_agent.install.schemes import venv_layout
from conc_agent.install.wheel import Wheel

from . import every_case
from .case import FILE
from .damage import damaged_wheels


def write(folder: Path) -> List[Dict[str, Any]]:
    """A folder for each case, its wheels in it."""
    told = []
    for case in every_case():
        (folder / case.name).mkdir(parents=True)
        for file, data in case.wheels.items():
            (folder / case.name / file).write_bytes(data)
        told.append({**case._asdict(), "wheels": list(case.wheels), "allow": list(case.allow)})
    return told


def fuzz(folder: Path, seed: str, count: str) -> List[str]:
    names = []
    for number, data in enumerate(damaged_wheels(int(seed), int(count))):
        (folder / str(number)).mkdir(parents=True)
        (folder / str(number) / FILE).write_bytes(data)
        names.append(str(number))
    return names


def read(folder: Path) -> Dict[str, str]:
    """What the node's reader says to each wheel that the build let through, with the build's ``contents.json``."""
    verdicts = {}
    for listed in sorted(folder.glob("*/contents.json")):
        contents = {
            each["path"]: Listed(each["sha256"], each["size"], each["executable"])
            for each in json.loads(listed.read_text())
        }
        verdicts[listed.parent.name] = verdict(listed.parent / FILE, contents)
    return verdicts


def verdict(path: Path, contents: Dict[str, Listed]) -> str:
    try:
        with Wheel(path, path.name) as archive:
            describe(archive, {"name": "good", "version": "1.0"}, contents, venv_layout())
            for member in archive.members:
                archive.read(member)
    except Refused as refusal:
        return refusal.reason
    return ""


if __name__ == "__main__":
    command, place, *rest = sys.argv[1:]
    print(json.dumps({"write": write, "fuzz": fuzz, "read": read}[command](Path(place), *rest)))
