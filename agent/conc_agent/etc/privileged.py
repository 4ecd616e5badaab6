"""Who places files: this process, or root by way of sudo and one fixed program without arguments.

The program is a zip archive of the modules named here, which conc puts at ``PLACE`` where it is not as it should be.
A site can put it there itself, and then needs to allow that one command alone (``conc check --sudoers``).
"""

from __future__ import annotations

import importlib
import io
import json
import os
import zipfile
from typing import Any, Dict, List, Optional, Protocol

from conc_agent import modules
from conc_agent.confidential import keep_out_of_core_files
from conc_agent.own_source import source_of
from conc_agent.sudo import program
from conc_agent.sudo.program import Silent

PLACE = "/usr/local/lib/conc/place"
_INSTALL = ["/usr/bin/install", "-D", "-o", "root", "-g", "root", "-m", "0755", "/dev/stdin", PLACE]
_MODULES = (
    "",
    ".durable",
    ".own_source",
    *(".etc" + name for name in ("", ".state", ".put", ".decide", ".claims", ".links", ".backup", ".originals")),
)
_MODULES += (".etc.apply", ".etc.restore", ".etc.take_up", ".etc.helper", ".context", ".outcome", ".listen", ".applog")
_MODULES += tuple(
    ".services" + name
    for name in (
        "",
        ".systemd_units",
        ".manifest",
        ".sharing",
        ".credentials",
        ".system_units",
        ".system_root",
        ".initscripts",
    )
)
_MODULES += (".services.initscript_root", ".services.rooted", ".unix_http")
_MODULES += tuple(".services." + name for name in ("supervisord_rpc", "supervisor_conf", "supervisor_root"))
_SERVERS = ("server", "staged", "command", "view", "inside", "checked", "schedule", "daemon", "systemctl", "every")
_SERVERS += ("sudoers", "systemd", "supervisor", "cron", "apache2", "nginx")
_MODULES += (".servers", *(".servers." + name for name in _SERVERS))
#: Seconds: programs are asked and told in it, and services restarted.
_LIMIT = 280.0
_FIRST = "#!/usr/bin/python3 -I\n"
_MAIN = "from conc_agent.etc.helper import main\n\nmain()\n"


class Performer(Protocol):
    """``apply``, ``restore`` and ``take_up`` as in the modules of these names."""

    def apply(self, order: Dict[str, Any]) -> Dict[str, Any]: ...

    def restore(self, order: Dict[str, Any]) -> Dict[str, Any]: ...

    def take_up(self, order: Dict[str, Any]) -> Dict[str, Any]: ...


def performer(sudo: bool) -> Performer:
    return _Root() if sudo else _Self()


def hold(password: Optional[str]) -> None:
    """What sudo is given in this process from now on; None: nothing. It is in memory alone."""
    if password is not None:
        keep_out_of_core_files()
    _held[:] = [password]


_held: List[Optional[str]] = [None]


def fetch() -> None:
    """Have its sources here: an undo may have no controller to ask. Raises ImportError where there is none by now."""
    if modules.installed() is not None:
        _sources()


def units(order: Dict[str, Any]) -> Dict[str, Any]:
    """What services of the machine need (``services/rooted.py``), as root. Raises as ``_sudo``."""
    if os.geteuid() != 0:
        return _asked("units", order, "units")
    from conc_agent.services import rooted

    return _well(rooted.perform(order, None))


def commands(*arguments: str) -> List[str]:
    """What sudo has to allow, as shell words. ``arguments``: the program's."""
    command = " ".join([PLACE, *arguments])
    return [command] if is_there() else [command, " ".join(_INSTALL)]


def is_there() -> bool:
    """The very program, which nobody but root can change."""
    try:
        with open(PLACE, "rb") as file:
            found = os.fstat(file.fileno())
            return found.st_uid == 0 and not found.st_mode & 0o022 and file.read() == archive()
    except OSError:
        return False


def archive() -> bytes:
    """The same bytes for the same modules."""
    data = io.BytesIO(_FIRST.encode())
    data.seek(0, io.SEEK_END)
    sources = _sources()
    with zipfile.ZipFile(data, "a") as file:
        for name, text in sources.items():
            file.writestr(zipfile.ZipInfo(_path(name)), text)
        file.writestr(zipfile.ZipInfo("__main__.py"), _MAIN)
    return data.getvalue()


class _Self:
    """Their modules take a while to load, and most changes find every file as it is to be."""

    def apply(self, order: Dict[str, Any]) -> Dict[str, Any]:
        from conc_agent.etc.apply import apply

        return apply(order)

    def restore(self, order: Dict[str, Any]) -> Dict[str, Any]:
        from conc_agent.etc.restore import restore

        return restore(order)

    def take_up(self, order: Dict[str, Any]) -> Dict[str, Any]:
        from conc_agent.etc.take_up import take_up

        return take_up(order)


class _Root:
    def apply(self, order: Dict[str, Any]) -> Dict[str, Any]:
        return _asked("apply", order)

    def restore(self, order: Dict[str, Any]) -> Dict[str, Any]:
        return _asked("restore", order)

    def take_up(self, order: Dict[str, Any]) -> Dict[str, Any]:
        return _asked("take_up", order)


def _asked(what: str, order: Dict[str, Any], *arguments: str) -> Dict[str, Any]:
    from conc_agent.etc.helper import MARK

    if not is_there():
        _sudo(_INSTALL, archive())
    answer = _sudo([PLACE, *arguments], MARK + json.dumps({"do": what, "order": order}).encode())
    return _well(json.loads(answer))


def _well(done: Dict[str, Any]) -> Dict[str, Any]:
    if "error" in done:
        raise RuntimeError(done["error"])
    return done


def _sudo(argv: List[str], data: bytes) -> str:
    """Raises ``Silent``, and RuntimeError with sudo's own words."""
    found = program.find()
    if found is None:
        raise RuntimeError("this node has no sudo")
    answer = program.ask(found, ["--", *argv], _held[0], data, _LIMIT)
    if not answer.good:
        raise RuntimeError(answer.words or "sudo %s did not succeed" % argv[0])
    return answer.output


def _sources() -> Dict[str, str]:
    """Root runs no code that the deploying user's account has kept: the controller sends it."""
    names, hook = ["conc_agent" + name for name in _MODULES], modules.installed()
    return {name: source_of(importlib.import_module(name)) for name in names} if hook is None else hook.sent(names)


def _path(name: str) -> str:
    package = name in ("conc_agent", "conc_agent.etc", "conc_agent.services", "conc_agent.servers")
    return name.replace(".", "/") + ("/__init__.py" if package else ".py")


__all__ = ["PLACE", "Silent", "archive", "commands", "fetch", "hold", "performer", "units"]
