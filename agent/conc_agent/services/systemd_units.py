"""The units of a root: what stands in them, what they are called, where they lie. No unit names a release: all start
launchers, which choose one.

A process is a template, ``NAME@.service``, started as often as its ``count``; its listening socket a unit of its own,
which systemd holds while processes come and go (systemd.socket(5)).
"""

from __future__ import annotations

import os
import re
import string
from pathlib import Path
from typing import Any, Dict, List, Optional

from conc_agent import applog, listen

Process = Dict[str, Any]

#: What PrivateTmp replaces.
TEMPORARY = ("/tmp/", "/var/tmp/")  # noqa: S108
_PLAIN = frozenset(string.ascii_letters + string.digits + ":_.")


def folder() -> Path:
    """Where a user's own units lie (systemd.unit(5))."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")) / "systemd" / "user"


def prefix(root: Path) -> str:
    """Of every unit of a root, and of no other root: ``conc-srv-shop-`` (systemd-escape(1), ``--path``)."""
    parts = [part for part in str(root).split("/") if part]
    return "conc-%s-" % "-".join(escaped(part) for part in parts)


def service(root: Path, process: str) -> str:
    """The template of a process; an instance has its number before the dot: ``instance``."""
    return "%s%s@.service" % (prefix(root), escaped(process))


def instance(root: Path, process: str, number: int) -> str:
    return service(root, process).replace("@.", "@%d." % number)


def socket(root: Path, process: str) -> str:
    return "%s%s.socket" % (prefix(root), escaped(process))


def instances(root: Path, process: Process) -> List[str]:
    return [instance(root, process["name"], number) for number in range(1, process["count"] + 1)]


def member(root: Path, unit: str) -> str:
    """What people call an instance: ``web@1``."""
    name = unit[len(prefix(root)) : -len(".service")]
    return re.sub(r"\\x([0-9a-f]{2})", lambda found: chr(int(found.group(1), 16)), name)


def units(root: Path, processes: List[Process]) -> Dict[str, str]:
    """Every unit file, by its name."""
    found: Dict[str, str] = {}
    for process in processes:
        found[service(root, process["name"])] = _service(root, process)
        if process["listen"] is not None:
            found[socket(root, process["name"])] = socket_text(root, process)
    return found


def belongs(root: Path, name: str) -> bool:
    """Is that the name of a unit of this root, and not of one below it? A process has no ``-`` in it: it is escaped."""
    own = name[len(prefix(root)) :]
    return name.startswith(prefix(root)) and re.match(r"[A-Za-z0-9:_.@\\]+\.(service|socket)\Z", own) is not None


def placed(root: Path, where: Optional[Path] = None) -> List[str]:
    """The unit files of this root that lie there now, in the user's own folder or another; drop-ins are folders,
    and not conc's."""
    try:
        return sorted(name for name in os.listdir(str(where or folder())) if belongs(root, name))
    except FileNotFoundError:
        return []


def log_name(process: Process, number: int) -> str:
    return "%s_%d.log" % (process["name"], number)


_SERVICE = """\
# Placed by conc, for %(root)s. To change something: systemctl --user edit %(unit)s
[Unit]
Description=%(name)s %%i of %(plain)s
%(after)s
[Service]
Type=%(type)s
ExecStart=%(launcher)s
Restart=always
RestartSec=1
TimeoutStopSec=%(stop)g
KillMode=mixed
StandardOutput=append:%(log)s/%(name)s_%%i.log
StandardError=inherit
%(sockets)s
# Hardening (systemd.exec(5)). A user's own manager ignores the rest of it without PrivateUsers.
PrivateUsers=yes
NoNewPrivileges=yes
%(tmp)sProtectSystem=strict
ProtectHome=read-only
ReadWritePaths=%(shared)s
ProtectControlGroups=yes
RestrictSUIDSGID=yes
LockPersonality=yes

[Install]
WantedBy=default.target
"""

_SOCKET = """\
# Placed by conc, for %(root)s. It stays open while processes are restarted: connections wait.
[Unit]
Description=where %(name)s of %(plain)s listens

[Socket]
ListenStream=%(address)s
Service=%(first)s
%(more)s
[Install]
WantedBy=sockets.target
"""


def _service(root: Path, process: Process) -> str:
    name, listens = process["name"], process["listen"] is not None
    own = socket(root, name)
    return _SERVICE % {
        "root": root,
        "plain": value(str(root)),
        "unit": service(root, name),
        "name": name,
        "after": "Requires=%s\nAfter=%s\n" % (own, own) if listens else "",
        "type": "notify" if process.get("ready") == "notify" else "exec",
        "launcher": quoted(str(root / "bin" / name)),
        "stop": process["stopTimeout"],
        "log": value(str(applog.folder(root))),
        "sockets": "Sockets=%s\n" % own if listens else "",
        "shared": quoted(str(root / "shared")),
        # A root below it would not be seen from inside.
        "tmp": "" if str(root).startswith(TEMPORARY) else "PrivateTmp=yes\n",
    }


def socket_text(root: Path, process: Process, path_options: str = "") -> str:
    """``path_options``: whole lines more, for a socket that is a path."""
    address = listen.parse(process["listen"], root)
    return _SOCKET % {
        "root": root,
        "plain": value(str(root)),
        "name": process["name"],
        "address": value(address.path) if address.path is not None else address.url_host,
        "first": instance(root, process["name"], 1),
        "more": path_options if address.path is not None else "NoDelay=yes\n",
    }


def value(text: str) -> str:
    """``%`` begins a specifier in units."""
    return text.replace("%", "%%")


def quoted(text: str) -> str:
    return '"%s"' % value(text).replace("\\", "\\\\").replace('"', '\\"')


def escaped(text: str) -> str:
    escaped = "".join(
        sign if sign in _PLAIN else "".join("\\x%02x" % byte for byte in os.fsencode(sign)) for sign in text
    )
    return "\\x2e" + escaped[1:] if escaped.startswith(".") else escaped
