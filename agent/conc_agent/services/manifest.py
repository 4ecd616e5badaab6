"""What root is asked to run for an application, as typed fields that are checked before anything is made of them.

No text of a unit or script comes from outside: a process is a name, a number of instances, where it listens, and an
account that is not root's. What is run is the launcher of that name in the root, which belongs to who asks.
"""

from __future__ import annotations

import os
import pwd
import re
import stat
from pathlib import Path
from typing import Any, Dict, List, Mapping, NamedTuple, Optional

from conc_agent import listen

#: Nothing that means anything in a unit, to a shell, or in a line of text.
_ROOT = re.compile(r"(?:/[\w.@+,:=~ -]*[\w.@+,:=~-])+\Z")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*\Z")
_SOCKET = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*\.sock\Z")
_ACCOUNT = re.compile(r"[A-Za-z_][A-Za-z0-9._-]*\Z")
_HOST = re.compile(r"[A-Za-z0-9.:-]+\Z")
#: Only root makes folders there, so nothing that lies there leads elsewhere.
SOCKETS = "/run/conc"
_COUNT, _STOP = 1000, 86400.0


class Unfit(ValueError):
    """A sentence: why that is not run."""


class Manifest(NamedTuple):
    """``processes``: ``{name, count, listen, ready, stopTimeout, drain, user}``, and nothing else of what was sent."""

    root: Path
    processes: List[Dict[str, Any]]


def read(order: Mapping[str, Any], caller: Optional[int]) -> Manifest:
    """``order``: ``{root, processes}``. ``caller``: the user id that the root must belong to; None: whoever's it is."""
    root = root_of(order, caller)
    return Manifest(root, [_process(root, one) for one in order["processes"]])


def root_of(order: Mapping[str, Any], caller: Optional[int]) -> Path:
    text = _text(order["root"], _ROOT, "a root")
    if os.path.realpath(text) != text or not stat.S_ISDIR(os.lstat(text).st_mode):
        raise Unfit("%s is no folder, or leads elsewhere" % text)
    if caller is not None and os.lstat(text).st_uid != caller:
        raise Unfit("%s does not belong to who asks" % text)
    return Path(text)


def account(name: str) -> pwd.struct_passwd:
    """Raises ``Unfit`` where there is none of that name, or where it is root's."""
    try:
        found = pwd.getpwnam(_text(name, _ACCOUNT, "an account"))
    except KeyError:
        raise Unfit("there is no account %s" % name) from None
    if found.pw_uid == 0 or found.pw_gid == 0:
        raise Unfit("%s is root, or in its group: nothing of an application's runs as that" % name)
    return found


def socket_folder(root: Path) -> str:
    """Where this root's unix sockets are, and no other's: ``/run/conc/srv/shop``."""
    return SOCKETS + str(root)


def listens_where_it_may(root: Path, address: listen.Address) -> bool:
    """A socket's path is made, and what lies there is removed, by root: in a folder of a user's it could be any."""
    folder, name = os.path.split(address.path or "")
    return address.path is None or (folder == socket_folder(root) and _SOCKET.match(name) is not None)


def _process(root: Path, sent: Mapping[str, Any]) -> Dict[str, Any]:
    name = _text(sent["name"], _NAME, "a name of a process")
    return {
        "name": name,
        "count": int(_number(sent["count"], 1, _COUNT)),
        "listen": _listen(root, sent["listen"]),
        "ready": "notify" if sent.get("ready") == "notify" else "exec",
        "stopTimeout": _number(sent["stopTimeout"], 0, _STOP),
        "drain": sent.get("drain") is True,
        "user": account(sent["user"]).pw_name,
    }


def _listen(root: Path, text: Any) -> Optional[str]:
    if text is None:
        return None
    if not isinstance(text, str) or any(sign.isspace() or not sign.isprintable() for sign in text) or "~" in text:
        raise Unfit("not an address to listen on: %r" % (text,))
    address = listen.parse(text, root)
    if address.path is None and not _HOST.match(address.host):
        raise Unfit("not a host to listen on: %r" % address.host)
    if not listens_where_it_may(root, address):
        raise Unfit("a socket that root makes lies in %s, and %s does not" % (socket_folder(root), text))
    return text


def _text(value: Any, form: re.Pattern[str], what: str) -> str:
    if not isinstance(value, str) or not form.match(value):
        raise Unfit("not %s: %r" % (what, value))
    return value


def _number(value: Any, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
        raise Unfit("not a number from %g to %g: %r" % (least, most, value))
    return value
