"""sudo's rules: a fault in one file of ``sudoers.d`` makes sudo refuse everybody (visudo(8), ``-c -f``)."""

from __future__ import annotations

import os
import re
import tempfile
from typing import List

from conc_agent.servers.command import find, run
from conc_agent.servers.server import Found, Server, missing
from conc_agent.servers.staged import Staged


def test(staged: Staged) -> Found:
    files = staged.files()
    program = find("visudo") or find("visudo-rs")
    if program is None:
        return missing("sudo", list(files)) if files else Found()
    faults: List[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for path, change in files.items():
            place = os.path.join(folder, path)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "wb") as file:
                file.write(change["data"])
            asked = run([program, "-c", "-f", place])
            if asked.code != 0:
                faults += [line.replace(folder, staged.root) for line in asked.lines]
    return Found(faults=faults)


sudoers = Server("sudoers", re.compile(r"sudoers(\.d/[^/]+)?\Z"), test, anywhere=True)
