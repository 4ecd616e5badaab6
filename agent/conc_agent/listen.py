"""``process.NAME.listen``: where the service manager listens, and hands the socket over."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import List, NamedTuple, Optional

#: sun_path (unix(7)) has 108 bytes, the last a NUL.
UNIX_LIMIT = 107
_TCP = re.compile(r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<host>[^\s:\[\]]+)):(?P<port>[0-9]{1,5})\Z")


class Address(NamedTuple):
    """Either ``path``, or ``host`` and ``port``."""

    path: Optional[str]
    host: str = ""
    port: int = 0

    @property
    def is_ipv6(self) -> bool:
        return ":" in self.host

    @property
    def url_host(self) -> str:
        """As it stands in a URL: ``127.0.0.1:8000``, ``[::1]:8000``."""
        return ("[%s]:%d" if self.is_ipv6 else "%s:%d") % (self.host, self.port)


def parse(text: str, root: Path) -> Address:
    """``127.0.0.1:8000``, ``[::1]:8000``, ``unix:/path``; a path may start with ``~/``, or lie under the root."""
    if text.startswith("unix:"):
        return Address(os.path.join(str(root), os.path.expanduser(text[len("unix:") :])))
    match = _TCP.match(text)
    if match is None or int(match.group("port")) > 65535:
        raise ValueError("not an address to listen on: %s" % text)
    return Address(None, match.group("six") or match.group("host"), int(match.group("port")))


def path_needs(name: str, address: Address) -> List[str]:
    """What keeps a process from listening there: a line, where a unix socket's path is too long."""
    length = 0 if address.path is None else len(os.fsencode(address.path))
    if length <= UNIX_LIMIT:
        return []
    return ["process %s: %s has %d bytes, a socket's path may have %d" % (name, address.path, length, UNIX_LIMIT)]
