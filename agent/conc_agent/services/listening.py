"""Where a root's service manager listens now, by its own files: another address, or another number of processes at
it, can't be had without dropping connections. Reads only.

What reads the files of a service manager is loaded where it is the node's.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Dict

if TYPE_CHECKING:
    from configparser import RawConfigParser

#: By process: ``{listen, count}``; ``count`` null: how many there are doesn't matter to the socket.
Listening = Dict[str, Dict[str, Any]]


def listening(root: Path, kind: str) -> Listening:
    return _KINDS.get(kind, lambda _root: {})(root)


def _systemd_user(root: Path) -> Listening:
    from conc_agent.services import systemd_units

    return _systemd(root, systemd_units.folder())


def _systemd_system(root: Path) -> Listening:
    from conc_agent.services import system_units

    return _systemd(root, system_units.FOLDER)


def _systemd(root: Path, folder: Path) -> Listening:
    from conc_agent.services import systemd_units

    found: Listening = {}
    for name in systemd_units.placed(root, folder):
        if name.endswith(".socket"):
            unit = _parsed(folder / name)
            address = unit.get("Socket", "ListenStream", fallback="").replace("%%", "%")
            process = systemd_units.member(root, name[: -len(".socket")] + ".service")
            found[process] = {"listen": "unix:" + address if address.startswith("/") else address, "count": None}
    return found


def _supervisord(root: Path) -> Listening:
    """``[fcgi-program:web]``; of a single process a second only holds the socket."""
    from conc_agent.services import supervisord_files

    conf = _parsed(supervisord_files.conf_path(root))
    found: Listening = {}
    for section in conf.sections():
        kind, _, process = section.partition(":")
        if kind == "fcgi-program":
            scheme, _, rest = conf.get(section, "socket", fallback="").replace("%%", "%").partition("://")
            held = "CONC_PART" in conf.get(section, "environment", fallback="")
            count = 1 if held else conf.getint(section, "numprocs", fallback=1)
            found[process] = {"listen": "unix:" + rest if scheme == "unix" else _host_and_port(rest), "count": count}
    return found


def _supervisord_system(root: Path) -> Listening:
    from conc_agent.services import supervisor_conf

    programs = supervisor_conf.read(root)
    return {
        one.process: {"listen": one.socket.partition("://")[2], "count": one.instances}
        for one in programs
        if one.socket is not None
    }


def _host_and_port(text: str) -> str:
    """supervisord writes an IPv6 address without brackets."""
    host, _, port = text.rpartition(":")
    return "[%s]:%s" % (host, port) if ":" in host else text


def _parsed(path: Path) -> RawConfigParser:
    """Empty where it is not there, or is no such file any more."""
    import configparser

    parser = configparser.RawConfigParser(strict=False, comment_prefixes=("#", ";"))
    try:
        parser.read_string(path.read_text(encoding="utf-8", errors="replace"))
    except (OSError, configparser.Error):
        return configparser.RawConfigParser()
    return parser


_KINDS: Dict[str, Callable[[Path], Listening]] = {
    "systemd": _systemd_user,
    "systemd_system": _systemd_system,
    "supervisord": _supervisord,
    "supervisord_system": _supervisord_system,
}
