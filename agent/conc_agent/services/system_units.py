"""Units of the machine's own manager, for processes of a root: their texts. Root makes them, of a checked manifest.

They start launchers as an account that is not root's, so no unit names a release. A log is opened by that account, not
by systemd: in a folder that somebody else owns, root would write wherever a link leads.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List

from conc_agent import applog
from conc_agent.services import credentials
from conc_agent.services.systemd_units import TEMPORARY, quoted, service, socket, socket_text, value

Process = Dict[str, Any]

FOLDER = Path("/etc/systemd/system")
_HOMES = ("/home/", "/root/", "/run/user/")

#: Without ProtectKernelTunables and ProtectControlGroups: both bring no more to who isn't root, and in a container with
#: systemd 252 a /proc of the host's boot, by which a launcher would take each trial for one of an earlier boot.
_SERVICE = """\
# Placed by conc, for %(root)s. To change something: systemctl edit %(unit)s
[Unit]
Description=%(name)s %%i of %(plain)s
After=network.target
%(after)s
[Service]
User=%(user)s
%(credentials)sType=%(type)s
ExecStart=/bin/sh -c 'exec "$$0" >>"$$1" 2>&1' %(launcher)s %(log)s
Restart=always
RestartSec=1
TimeoutStopSec=%(stop)g
KillMode=mixed
%(sockets)s
# Hardening (systemd.exec(5)).
NoNewPrivileges=yes
CapabilityBoundingSet=
%(tmp)sPrivateDevices=yes
ProtectSystem=strict
ProtectHome=%(home)s
ReadWritePaths=%(shared)s
ProtectKernelModules=yes
ProtectKernelLogs=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
LockPersonality=yes

[Install]
WantedBy=multi-user.target
"""


def units(root: Path, processes: List[Process]) -> Dict[str, str]:
    """Every unit file, by its name. Each process has its ``user``."""
    found: Dict[str, str] = {}
    for process in processes:
        found[service(root, process["name"])] = _service(root, process)
        if process["listen"] is not None:
            # What is on the machine may connect, as it may to a port of the loopback: www-data, for one.
            own = "SocketUser=%s\nSocketMode=0666\n" % process["user"]
            found[socket(root, process["name"])] = socket_text(root, process, own)
    return found


def _service(root: Path, process: Process) -> str:
    name, listens = process["name"], process["listen"] is not None
    own = socket(root, name)
    return _SERVICE % {
        "root": root,
        "plain": value(str(root)),
        "unit": service(root, name),
        "name": name,
        "after": "Requires=%s\nAfter=%s\n" % (own, own) if listens else "",
        "user": process["user"],
        # The launcher reads them there: env_<generation>.json.
        "credentials": "LoadCredential=env:%s\n" % value(str(credentials.folder(root)))
        if credentials.are_needed(root, process["user"])
        else "",
        "type": "notify" if process.get("ready") == "notify" else "exec",
        "launcher": quoted(str(root / "bin" / name)),
        "log": quoted("%s/%s_" % (applog.folder(root), name))[:-1] + '%i.log"',
        "stop": process["stopTimeout"],
        "sockets": "Sockets=%s\n" % own if listens else "",
        "shared": quoted(str(root / "shared")),
        # A root below it would not be seen from inside.
        "tmp": "" if str(root).startswith(TEMPORARY) else "PrivateTmp=yes\n",
        "home": "read-only" if str(root).startswith(_HOMES) else "yes",
    }
