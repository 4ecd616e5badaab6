"""The files that supervisord needs under a root. None of them names a release, so a deploy seldom changes one."""

from __future__ import annotations

import hashlib
import os
import shlex
import stat
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional

from conc_agent import applog, durable, listen
from conc_agent.mark import marked

Process = Dict[str, Any]

#: supervisord binds PATH.PID first, then renames: so much of the limit goes to that.
_SUFFIX = 8


START_SECONDS = 1
"""How long a process must stay up to count as started: the least that supervisor can tell from an end."""


def place(root: Path, processes: List[Process], groups: Optional[Mapping[str, str]] = None) -> None:
    """Write configuration and starter where they differ from what is there. ``groups``: of processes whose group has
    another name than they."""
    for folder in (root / "supervisor", root / "bin", applog.folder(root)):
        folder.mkdir(parents=True, exist_ok=True)
    for address in [listen.parse(process["listen"], root) for process in processes if process["listen"]]:
        if address.path is not None:
            os.makedirs(os.path.dirname(address.path), exist_ok=True)
    _make_socket_folder(root)
    _point_at_tool(root)
    _write_changed(conf_path(root), conf(root, processes, groups), 0o600)
    _write_changed(root / "bin" / "supervisord", starter(root), 0o755)


def remove_socket_folder(root: Path) -> None:
    """The one in /tmp, if it is empty: nothing of a root that was stopped stays outside it."""
    folder = os.path.dirname(control_socket(root))
    if folder != str(root / "supervisor"):
        try:
            os.rmdir(folder)
        except OSError:
            pass


def conf_path(root: Path) -> Path:
    return root / "supervisor" / "supervisord.conf"


def control_socket(root: Path) -> str:
    """Where supervisord takes orders: under the root, or where that is too long for a socket, in a folder of /tmp that
    only the deploying user may enter. (Not below XDG_RUNTIME_DIR: that goes when the user's last session does.)"""
    path = str(root / "supervisor" / "control.sock")
    if len(os.fsencode(path)) + _SUFFIX <= listen.UNIX_LIMIT:
        return path
    name = hashlib.sha256(os.fsencode(str(root))).hexdigest()[:12]
    return "/tmp/conc-%d-%s/control.sock" % (os.getuid(), name)  # noqa: S108 (see _make_socket_folder)


def members(process: Process, group: Optional[str] = None) -> List[str]:
    """supervisord's full names of the processes that serve: ``web:web_0``."""
    name = process["name"]
    return ["%s:%s_%d" % (group or name, name, index) for index in range(process["count"])]


def log_name(process: Process, member: str) -> str:
    """One log for each process: supervisord rotates them one by one."""
    return (process["name"] if process["count"] == 1 else member.partition(":")[2]) + ".log"


def crontab_line(root: Path) -> str:
    """What a person adds with crontab -e. To cron an unescaped % ends the line (crontab(5))."""
    return "@reboot " + shlex.quote("%s/bin/supervisord" % root).replace("%", "\\%")


def starter(root: Path) -> str:
    folder = os.path.dirname(control_socket(root))
    values = {"root": shlex.quote(str(root)), "line": crontab_line(root), "folder": shlex.quote(folder)}
    return marked(_STARTER % values)


def conf(root: Path, processes: List[Process], groups: Optional[Mapping[str, str]] = None) -> str:
    head = _HEAD % {"socket": _escaped(control_socket(root)), "root": _escaped(str(root))}
    named = {process["name"]: process for process in processes}
    chosen = {name: (groups or {}).get(name) or name for name in sorted(named)}
    return head + "".join(_program(root, named[name], group) for name, group in chosen.items())


def _program(root: Path, process: Process, group: str) -> str:
    name, count, address = process["name"], process["count"], process["listen"]
    lines = ["", "[%s:%s]" % ("program" if address is None else "fcgi-program", group)]
    if address is not None:
        lines += _socket(listen.parse(address, root))
    if address is not None and count == 1:
        lines += [
            "; The socket is closed when the last process of the group ends: _1 only holds it, while _0 is restarted.",
            'environment = CONC_PART="%(process_num)d"',
        ]
    lines += [
        "command = " + _escaped(shlex.quote(str(root / "bin" / name))),
        "process_name = %s_%%(process_num)d" % name,
        "numprocs = %d" % (2 if address is not None and count == 1 else count),
        "autostart = true",
        "autorestart = true",
        "startsecs = %d" % START_SECONDS,
        "stopsignal = TERM",
        "stopwaitsecs = %d" % max(1, round(process["stopTimeout"])),
        "killasgroup = true",
        "redirect_stderr = true",
        "stdout_logfile = %s/%s" % (_escaped(str(applog.folder(root))), _log_pattern(process)),
        "stdout_logfile_maxbytes = 10MB",
        "stdout_logfile_backups = 5",
    ]
    return "\n".join(lines) + "\n"


def _log_pattern(process: Process) -> str:
    return "%s.log" % process["name"] if process["count"] == 1 else "%s_%%(process_num)d.log" % process["name"]


def _socket(address: listen.Address) -> List[str]:
    if address.path is not None:
        return ["socket = unix://" + _escaped(address.path), "socket_mode = 0666"]
    return ["socket = tcp://%s:%d" % (address.host, address.port)]


def _escaped(text: str) -> str:
    return text.replace("%", "%%")


def _write_changed(path: Path, text: str, mode: int) -> None:
    data = os.fsencode(text)
    if not path.exists() or path.read_bytes() != data:
        durable.write_file(path, data, mode)


def _point_at_tool(root: Path) -> None:
    """``tools/supervisor`` names the tool set that was installed last. A supervisord that runs goes on with its own."""
    complete = {path.parent: path.stat().st_mtime_ns for path in root.glob("tools/supervisor-*/tool.json")}
    if not complete:
        return
    newest = max(complete, key=lambda folder: complete[folder]).name
    link = root / "tools" / "supervisor"
    if not link.is_symlink() or os.readlink(str(link)) != newest:
        durable.replace_link(link, newest)


def _make_socket_folder(root: Path) -> None:
    folder = os.path.dirname(control_socket(root))
    if folder == str(root / "supervisor"):
        return
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        found = os.lstat(folder)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
            raise PermissionError("%s is not a folder of this user's alone: someone else made it" % folder) from None


_HEAD = """\
; Written by conc for supervisord. The next deploy writes it anew.
[unix_http_server]
file = %(socket)s
chmod = 0700

[supervisord]
directory = %(root)s
logfile = %(root)s/supervisor/supervisord.log
logfile_maxbytes = 5MB
logfile_backups = 2
pidfile = %(root)s/supervisor/supervisord.pid
childlogdir = %(root)s/supervisor
umask = 022

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl = unix://%(socket)s
"""

_STARTER = """\
#!/bin/sh
# Starts supervisord, and with it what serves. Placed by conc. After a reboot, by a line of the user's crontab:
#   %(line)s
root=%(root)s
folder=%(folder)s
tool=$(cd "$root/tools/supervisor" && pwd -P) || exit 1
[ -d "$folder" ] || mkdir -m 700 "$folder" || exit 1
cd "$root" || exit 1
exec env -i HOME="$HOME" USER="$USER" LOGNAME="$LOGNAME" LANG="${LANG:-C.UTF-8}" ${TZ:+TZ="$TZ"} \\
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \\
  "$tool/venv/bin/python" -I -m supervisor.supervisord -c "$root/supervisor/supervisord.conf" "$@"
"""
