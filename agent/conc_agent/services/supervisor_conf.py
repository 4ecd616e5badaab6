"""What the system's supervisor is told of a root's processes: one file of /etc/supervisor/conf.d. Root makes it, of a
checked manifest; it starts launchers as an account that is not root's, so it names no release.

A log is opened by that account, not by supervisord: in a folder that somebody else owns, root would write wherever a
link leads. Beside it that account notes its pid, for only root may ask this supervisor what runs.
"""

from __future__ import annotations

import configparser
import os
import pwd
import re
import shlex
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional

from conc_agent import applog, listen
from conc_agent.services import initscripts

Process = Dict[str, Any]

FOLDER = Path("/etc/supervisor/conf.d")
_NUMBER = "_%(process_num)d"


class Program(NamedTuple):
    """What the file says of a process."""

    process: str
    group: str
    instances: int
    user: str
    #: ``tcp://HOST:PORT``; None: it doesn't listen.
    socket: Optional[str]


def path(root: Path) -> Path:
    """``/etc/supervisor/conf.d/conc-srv-shop.conf``."""
    return FOLDER / (initscripts.prefix(root)[:-1] + ".conf")


def group(root: Path, process: str) -> str:
    """Of this root's process, and of no other root's: ``conc-srv-shop-web``."""
    return initscripts.name(root, process)


def belongs(root: Path, name: str) -> bool:
    """Is that the name of a group of this root, and not of one below it? What is escaped has no ``-``."""
    return re.match(re.escape(initscripts.prefix(root)) + r"[A-Za-z0-9._]+\Z", name) is not None


def member(root: Path, process: str, index: int) -> str:
    return "%s:%s_%d" % (group(root, process), process, index)


def log_name(process: Process, index: int) -> str:
    return "%s.log" % process["name"] if process["count"] == 1 else "%s_%d.log" % (process["name"], index)


def pid_file(root: Path, process: str, index: int) -> Path:
    return applog.folder(root) / ("%s_%d.pid" % (process, index))


def text(root: Path, processes: List[Process]) -> str:
    """Each process has its ``user``."""
    programs = [_program(root, process) for process in sorted(processes, key=lambda one: one["name"])]
    return "; Placed by conc, for %s. The next deploy writes it anew.\n%s" % (root, "".join(programs))


def placed(root: Path) -> Optional[str]:
    try:
        return os.fsdecode(path(root).read_bytes())
    except FileNotFoundError:
        return None


def read(root: Path) -> List[Program]:
    """Empty where the file is not there, or is no such file any more."""
    parser = configparser.RawConfigParser(strict=False, comment_prefixes=(";",))
    try:
        parser.read_string(placed(root) or "")
        return [_read(parser, section) for section in parser.sections() if _NUMBER in parser[section]["process_name"]]
    except (configparser.Error, KeyError, ValueError):
        return []


def _read(parser: configparser.RawConfigParser, section: str) -> Program:
    found = parser[section]
    held = "CONC_PART" in found["environment"]
    return Program(
        found["process_name"].replace(_NUMBER, ""),
        section.partition(":")[2],
        1 if held else int(found["numprocs"]),
        found["user"],
        found.get("socket"),
    )


def _program(root: Path, process: Process) -> str:
    name, count, address = process["name"], process["count"], process["listen"]
    # The socket is closed when the last process of a group ends: of a single one a second only holds it meanwhile.
    holds = address is not None and count == 1
    log = "%s/%s" % (applog.folder(root), name)
    words = [str(root / "bin" / name), "%s.log" % log if count == 1 else log + "#.log", log + "#.pid"]
    lines = ["", "[%s:%s]" % ("program" if address is None else "fcgi-program", group(root, name))]
    if address is not None:
        where = listen.parse(address, root)
        lines.append("socket = tcp://%s:%d" % (where.host, where.port))
    lines += [
        "command = %s %s" % (_START, " ".join(shlex.quote(word) for word in words).replace("#", _NUMBER)),
        "process_name = %s%s" % (name, _NUMBER),
        "numprocs = %d" % (2 if holds else count),
        "user = " + process["user"],
        "environment = " + _environment(process["user"], holds),
        "directory = /",
        "umask = 022",
        "autostart = true",
        "autorestart = true",
        "startsecs = 1",
        "stopsignal = TERM",
        "stopwaitsecs = %d" % max(1, round(process["stopTimeout"])),
        "killasgroup = true",
        "redirect_stderr = true",
        "; What is said before the log is open. In the supervisor's own folder.",
        "stdout_logfile = AUTO",
        "stdout_logfile_maxbytes = 1MB",
        "stdout_logfile_backups = 0",
    ]
    return "\n".join(lines) + "\n"


_START = """/usr/bin/setpriv --no-new-privs /bin/sh -c 'echo $$ >"$2" && exec "$0" >>"$1" 2>&1'"""


def _environment(user: str, holds: bool) -> str:
    """supervisord would leave root's own."""
    home = pwd.getpwnam(user).pw_dir
    plain = home if re.match(r"/[\w./-]*\Z", home) else "/"
    return 'HOME="%s",USER="%s",LOGNAME="%s"%s' % (plain, user, user, ',CONC_PART="%(process_num)d"' if holds else "")
