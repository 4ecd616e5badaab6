"""The deploying user's own crontab: the lines between the marks of one root. All else there stays, byte for byte.

In a rendered tree they are a file of the name ``PATH``, so that a plan, a rollback and a release's identity have them.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Tuple

from conc_agent.etc.state import State
from conc_agent.servers.command import Ran, find, run
from conc_agent.servers.schedule import fault_of

PATH = "@crontab"
_WHEN = re.compile(r"(@\S+|(?:\S+\s+){4}\S+)\s")


class Unusable(Exception):
    """Why there is no crontab for this user here, in a sentence's end."""


class Lines(NamedTuple):
    """A crontab, around the lines of one root; ``own`` None: it has none."""

    before: bytes
    own: Optional[bytes]
    after: bytes


def split(crontab: bytes, root: str) -> Lines:
    """By the marks (``src/etc/crontab.ts``). A block without its end goes as far as the file."""
    mark = re.escape(b"# conc " + root.encode("utf-8", "surrogateescape") + b": ")
    block = re.compile(rb"^" + mark + rb"(?!end$)[^\n]*\n(?:.*?^" + mark + rb"end$\n?|.*\Z)", re.MULTILINE | re.DOTALL)
    found = block.search(crontab)
    if found is None:
        return Lines(crontab, None, b"")
    return Lines(crontab[: found.start()], found.group(), crontab[found.end() :])


def read() -> bytes:
    """crontab(1), ``-l``. Raises ``Unusable`` where it is missing, or forbidden to this user (cron.allow)."""
    ran = _crontab("-l")
    if ran.code == 0:
        return ran.output
    if b"no crontab for" in ran.output:
        return b""
    raise Unusable("can't be read: %s" % ran.words())


def write(crontab: bytes) -> None:
    """All of it, or none: crontab(1) looks at it first. Raises ``Unusable``."""
    ran = _crontab("-", data=crontab) if crontab else _crontab("-r")
    if ran.code != 0 and b"no crontab for" not in ran.output:
        raise Unusable("was not taken: %s" % ran.words())


def seen(root: str) -> Optional[bytes]:
    return split(read(), root).own


def put(root: str, own: Optional[bytes]) -> None:
    """These lines in place of what was there of this root; at the end, where there was nothing."""
    lines = split(read(), root)
    before = lines.before if not lines.before or lines.before.endswith(b"\n") or own is None else lines.before + b"\n"
    write(before + (own or b"") + lines.after)


def faults(own: bytes) -> List[str]:
    """What cron would not understand of these lines."""
    found: List[str] = []
    for line in own.decode("utf-8", "replace").splitlines():
        if not line.startswith("#"):
            when = _WHEN.match(line)
            fault = "neither a time nor a command" if when is None else fault_of(when.group(1))
            if fault is not None:
                found.append("the user's crontab: %s: %s" % (line, fault))
    return found


def state(own: Optional[bytes], owner: str, group: str) -> Optional[State]:
    """As of a file with these lines; None: there are none."""
    if own is None:
        return None
    return {"what": "sha256:" + hashlib.sha256(own).hexdigest(), "mode": "0600", "owner": owner, "group": group}


def wanted(files: List[Dict[str, Any]]) -> Tuple[Optional[bytes], List[Dict[str, Any]]]:
    """Of a rendered tree the lines of the crontab, and what is files."""
    own = next((file["text"].encode("utf-8") for file in files if file["path"] == PATH and "text" in file), None)
    return own, [file for file in files if file["path"] != PATH]


def foreign(there: Optional[bytes], wrote: Optional[bytes], want: Optional[bytes], order: Mapping[str, Any]) -> bool:
    """Has someone changed these lines since conc wrote them, and did nobody say what is to come of that?"""
    if there in (wrote, want):
        return False
    said = (state(there, "", "") or {"what": "absent"})["what"]
    return order["overwrite"].get(PATH) != said and PATH not in order["leave"]


class _Ran(NamedTuple):
    code: int
    output: bytes

    def words(self) -> str:
        lines = self.output.decode("utf-8", "backslashreplace").splitlines()
        return " ".join(line.strip() for line in lines if line.strip()) or "crontab ended with %d" % self.code


def _crontab(*options: str, data: bytes = b"") -> _Ran:
    program = find("crontab")
    if program is None:
        raise Unusable("can't be had: crontab(1) is not installed here")
    ran: Ran = run([program, *options], data)
    return _Ran(ran.code, ran.output)
