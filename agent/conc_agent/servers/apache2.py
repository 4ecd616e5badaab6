"""apache2 as Debian has it: ``apache2ctl configtest`` on the staged tree; then a graceful restart.

A master that can't read its files at a graceful restart ends (httpd.apache.org, "Stopping and Restarting"): they are
tested once more before it is asked to.
"""

from __future__ import annotations

import re
from typing import AbstractSet, Sequence

from conc_agent.servers import daemon
from conc_agent.servers.checked import checked
from conc_agent.servers.command import find
from conc_agent.servers.daemon import Daemon
from conc_agent.servers.server import Found, Server, missing
from conc_agent.servers.staged import Staged

_WELL = "Syntax OK"


def test(staged: Staged) -> Found:
    program = find("apache2ctl")
    if program is None:
        return missing("apache2", staged.paths)
    found = checked("apache2", staged, [program, "configtest"], ("/run", "/var/log/apache2"))
    return found._replace(notes=[line for line in found.notes if _tells(line)])


def _tells(line: str) -> bool:
    """Every machine without a name of its own hears AH00558, and nobody ever changed anything for it."""
    return line != _WELL and "AH00558" not in line


def take_up(_subjects: Sequence[str], _ours: AbstractSet[str]) -> Found:
    program = find("apache2ctl")
    if program is None:
        return Found()
    return daemon.reload(
        Daemon(
            name="apache2",
            unit="apache2.service",
            pid_file="/run/apache2/apache2.pid",
            test=[program, "configtest"],
            reload=[program, "graceful"],
            log="/var/log/apache2/error.log",
        )
    )


apache2 = Server("apache2", re.compile(r"apache2/"), test, take_up)
