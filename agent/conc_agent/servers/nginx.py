"""nginx: ``nginx -t`` on the staged tree; then a reload, which is over once its master has new workers.

``nginx -s reload`` only sends a signal: a master that can't take the new files says so in its log, and goes on with the
old ones (nginx.org, "Controlling nginx").
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

#: What ``nginx -t`` creates where it isn't there yet: its pid file, logs, folders for bodies.
_SHADOWED = ("/run", "/var/log/nginx", "/var/lib/nginx")

#: A port that somebody else has is tried five times over first.
_GIVES_UP = re.compile(r"\[emerg\] (?!.*: bind\(\) to )")


def test(staged: Staged) -> Found:
    program = find("nginx")
    if program is None:
        return missing("nginx", staged.paths)
    return checked("nginx", staged, [program, "-t", "-q"], _SHADOWED)


def take_up(_subjects: Sequence[str], _ours: AbstractSet[str]) -> Found:
    program = find("nginx")
    if program is None:
        return Found()
    return daemon.reload(
        Daemon(
            name="nginx",
            unit="nginx.service",
            pid_file="/run/nginx.pid",
            test=[program, "-t", "-q"],
            reload=[program, "-s", "reload"],
            log="/var/log/nginx/error.log",
            gives_up=_GIVES_UP,
        )
    )


nginx = Server("nginx", re.compile(r"nginx/"), test, take_up)
