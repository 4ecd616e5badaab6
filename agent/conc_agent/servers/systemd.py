"""Units of the machine that the tree holds: verified, then read anew, enabled where they say so, and restarted.

``systemd-analyze verify`` ends with 0 for unknown keys and missing users: every line that names one of our files is a
fault, and users are looked up here.
"""

from __future__ import annotations

import glob
import grp
import os
import pwd
import re
from typing import AbstractSet, Dict, List, Optional, Sequence

from conc_agent.servers import systemctl
from conc_agent.servers.checked import untested
from conc_agent.servers.command import find, run
from conc_agent.servers.server import Found, Server, missing
from conc_agent.servers.staged import Change, Staged
from conc_agent.servers.view import NoView

_PATHS = re.compile(r"systemd/system/")
_FOLDER = "/etc/systemd/system"
_LOADED = tuple(each + "/systemd/system" for each in ("/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib"))
#: systemd.unit(5)
_UNIT = re.compile(r".+\.(?:service|socket|device|mount|automount|swap|target|path|timer|slice|scope)\Z")
_DROP_IN = re.compile(r"systemd/system/([^/]+)\.d/[^/]+\.conf\Z")
_LINKED = re.compile(r"systemd/system/[^/]+\.(?:wants|requires)/([^/]+)\Z")


def test(staged: Staged) -> Found:
    program = find("systemd-analyze")
    if program is None:
        return missing("systemd", staged.paths)
    files = staged.files()
    faults = [fault for path, change in sorted(files.items()) for fault in _users(path, change)]
    units = sorted({unit for unit in map(unit_of, files) if unit is not None and not unit.endswith("@.service")})
    if not units:
        return Found(faults=faults)
    try:
        said = staged.run([program, "verify", "--man=no", *("%s/%s" % (_FOLDER, each) for each in units)]).lines
    except NoView as why:
        return untested("systemd", why)._replace(faults=faults)
    names = [*units, *("/etc/" + path for path in files)]
    return Found(faults=[*faults, *(line for line in said if any(name in line for name in names))])


def unit_of(path: str) -> Optional[str]:
    """The unit that a path of the tree belongs to: itself, its drop-in, or a link that enables it."""
    for pattern in (_DROP_IN, _LINKED):
        found = pattern.match(path)
        if found:
            return found.group(1)
    name = path[len("systemd/system/") :]
    return name if "/" not in name and _UNIT.match(name) else None


def _users(path: str, change: Change) -> List[str]:
    """systemd says nothing of users that aren't there until it starts the unit. Specifiers are left to it."""
    service = _section(change["data"], "Service")
    found: List[str] = []
    for key, look, what in (("User", pwd.getpwnam, "user"), ("Group", grp.getgrnam, "group")):
        name = service.get(key, "")
        if not name or name.isdigit() or "%" in name or service.get("DynamicUser", "") in ("yes", "true", "1", "on"):
            continue
        try:
            look(name)
        except KeyError:
            found.append("/etc/%s: %s=%s: there is no such %s here" % (path, key, name, what))
    return found


def _section(data: bytes, name: str) -> Dict[str, str]:
    import configparser

    parser = configparser.RawConfigParser(strict=False, allow_no_value=True, delimiters=("=",))
    # Assigned as configparser's own page says; the type has a method.
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    try:
        parser.read_string(data.decode("utf-8", "replace"))
    except configparser.Error:
        # systemd-analyze has words of its own for it.
        return {}
    return {key: value or "" for key, value in parser.items(name)} if parser.has_section(name) else {}


def take_up(units: Sequence[str], ours: AbstractSet[str]) -> Found:
    """Only units that are the tree's are enabled and started; others run anew where they run."""
    units = [unit for unit in units if _UNIT.match(unit) and not unit.startswith("-")]
    if not systemctl.runs():
        return Found(notes=["systemd does not run here: it was not told of %s" % ", ".join(units)])
    gone = [unit for unit in units if not _is_provided(unit)]
    if gone:
        # While systemd still knows how.
        run(["systemctl", "--quiet", "stop", *gone], limit=120.0)
        for unit in gone:
            _disable(unit)
    reloaded = run(["systemctl", "daemon-reload"])
    if reloaded.code != 0:
        return Found(faults=reloaded.lines)
    found = [_take_up(unit, ours) for unit in units if unit not in gone]
    stopped = ["%s stopped" % unit for unit in gone]
    return Found(
        faults=[line for each in found for line in each.faults],
        notes=stopped + [line for each in found for line in each.notes],
    )


def _take_up(unit: str, ours: AbstractSet[str]) -> Found:
    place = os.path.join(_FOLDER, unit)
    if os.path.islink(place) and os.readlink(place) == os.devnull:
        return _done(unit, ["systemctl", "stop", unit], "stopped: it is masked")
    installs = "systemd/system/" + unit in ours and _installs(place)
    if installs and "@." not in unit:
        enabled = run(["systemctl", "--quiet", "enable", unit])
        if enabled.code != 0:
            return Found(faults=enabled.lines)
    linked = any(_LINKED.match(path) and unit_of(path) == unit for path in ours)
    if (installs or linked) and "@." not in unit:
        return _done(unit, ["systemctl", "restart", unit], "restarted")
    return _done(unit, ["systemctl", "try-restart", unit.replace("@.", "@*.")], "read anew")


def _done(unit: str, argv: Sequence[str], what: str) -> Found:
    ran = run(argv, limit=120.0)
    if ran.code != 0:
        return Found(faults=[*ran.lines, *systemctl.last_words(unit)])
    return Found(notes=["%s %s" % (unit, what)])


def _is_provided(unit: str) -> bool:
    """Is there a file for it, ours or another (systemd.unit(5), UNIT FILE LOAD PATH)?"""
    template = re.sub(r"@.*\.", "@.", unit)
    return any(os.path.lexists(os.path.join(folder, name)) for folder in _LOADED for name in (unit, template))


def _disable(unit: str) -> None:
    """``systemctl disable`` knows no unit without its file: what ``enable`` made of it is removed by what it is."""
    place = os.path.join(_FOLDER, unit)
    for folder in (_FOLDER, *glob.glob(_FOLDER + "/*.wants"), *glob.glob(_FOLDER + "/*.requires")):
        for name in os.listdir(folder):
            link = os.path.join(folder, name)
            if os.path.islink(link) and os.readlink(link) == place:
                os.unlink(link)


def _installs(place: str) -> bool:
    """Does it say by what it is to be started (systemd.unit(5), ``[Install]``)?"""
    try:
        with open(place, "rb") as file:
            return bool(_section(file.read(), "Install"))
    except OSError:
        return False


systemd = Server("systemd", _PATHS, test, take_up, unit_of)
