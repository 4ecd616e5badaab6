"""cron's tables of the machine. cron reads them by itself within a minute, and passes over a faulty one in silence."""

from __future__ import annotations

import pwd
import re
from typing import List, Optional

from conc_agent.servers.command import find
from conc_agent.servers.schedule import fault_of
from conc_agent.servers.server import Found, Server, missing
from conc_agent.servers.staged import Change, Staged

#: Others in ``cron.d`` are not read (cron(8)).
_NAME = re.compile(r"[A-Za-z0-9_-]+\Z")
_VARIABLE = re.compile(r"""\s*(?:[A-Za-z_]\w*|"[^"]*"|'[^']*')\s*=""")
_LINE = re.compile(r"\s*(@\S+|(?:\S+\s+){4}\S+)(?:\s+(\S+)(?:\s+(\S.*))?)?\Z")


def test(staged: Staged) -> Found:
    faults = [fault for path, change in sorted(staged.files().items()) for fault in _faults(staged, path, change)]
    if staged.real and find("cron") is None and find("crond") is None:
        return missing("cron", staged.paths)._replace(faults=faults)
    return Found(faults=faults)


def _faults(staged: Staged, path: str, change: Change) -> List[str]:
    found: List[str] = []
    name = path.rpartition("/")[2]
    told = "%s/%s" % (staged.root, path)
    if not _NAME.match(name):
        found.append("%s: cron reads no file of this name: letters, digits, _ and - only" % told)
    if int(change["mode"], 8) & 0o022:
        found.append("%s: cron reads no file that others than its owner may write: %s" % (told, change["mode"]))
    if staged.real and change["uid"] != 0:
        found.append("%s: cron reads no file that is not root's" % told)
    text = change["data"].decode("utf-8", "surrogateescape")
    if text and not text.endswith("\n"):
        found.append("%s: its last line does not end, and cron would not read it" % told)
    for number, line in enumerate(text.split("\n"), 1):
        fault = _line_fault(line, staged.real)
        if fault is not None:
            found.append("%s:%d: %s" % (told, number, fault))
    return found


def _line_fault(line: str, real: bool) -> Optional[str]:
    if not line.strip() or line.lstrip().startswith("#") or _VARIABLE.match(line):
        return None
    found = _LINE.match(line)
    if found is None:
        return "neither a variable nor five fields, a user and a command"
    when, user, command = found.groups()
    fault = fault_of(when)
    if fault is not None:
        return fault
    if user is None or command is None:
        return "it wants a user and a command behind the time"
    return "there is no user %s here" % user if real and not _is_user(user) else None


def _is_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


cron = Server("cron", re.compile(r"(?:cron\.d/[^/]+|crontab)\Z"), test, anywhere=True)
