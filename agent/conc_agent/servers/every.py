"""Every program that conc knows, in the order in which they are tested and told: services before what leads to them."""

from __future__ import annotations

from typing import AbstractSet, Iterable, List, Mapping, Optional, Sequence

from conc_agent.servers.apache2 import apache2
from conc_agent.servers.cron import cron
from conc_agent.servers.nginx import nginx
from conc_agent.servers.server import Found, Server
from conc_agent.servers.staged import Change, Staged, is_real
from conc_agent.servers.sudoers import sudoers
from conc_agent.servers.supervisor import supervisor
from conc_agent.servers.systemd import systemd

servers: Sequence[Server] = (sudoers, systemd, supervisor, cron, apache2, nginx)


def test(root: str, changes: Mapping[str, Optional[Change]]) -> Found:
    """Everything that is wrong with what is to be placed, as all programs see it. Changes nothing."""
    found: List[Found] = []
    for server in servers:
        paths = [path for path in sorted(changes) if server.paths.match(path)]
        if paths and (server.anywhere or is_real(root)):
            found.append(server.test(Staged(root, changes, paths)))
    return _joined(found)


def owed(root: str, paths: Iterable[str]) -> List[str]:
    """What is to be taken up after these paths changed: ``nginx``, ``systemd shop.timer``."""
    found = set()
    for path in paths if is_real(root) else ():
        for server in servers:
            if server.take_up is not None and server.paths.match(path):
                subject = server.subject(path)
                found.add(server.name if subject is None else "%s %s" % (server.name, subject))
    return sorted(found)


def take_up(owing: Sequence[str], ours: AbstractSet[str]) -> Found:
    """``owing``: as ``owed`` has it. ``ours``: the paths that are conc's by now."""
    found: List[Found] = []
    for server in servers:
        mine = [each.partition(" ")[2] for each in owing if each.partition(" ")[0] == server.name]
        if mine and server.take_up is not None:
            found.append(server.take_up([subject for subject in mine if subject], ours))
    return _joined(found)


def _joined(found: Sequence[Found]) -> Found:
    faults = [line for each in found for line in each.faults]
    return Found(faults, [line for each in found for line in each.notes])
