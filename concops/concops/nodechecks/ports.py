"""What listens to the world was meant to."""

from __future__ import annotations

import ipaddress
import sys
import unittest as nodetest
from typing import Any, Dict, Iterator, Set, Tuple

from concops.nodechecks.attributes import words

#: proc(5), /proc/net/tcp: the state TCP_LISTEN.
_LISTEN = "0A"


class Ports(nodetest.TestCase):
    """As ``check.ports`` declares them."""

    ncd: Dict[str, Any]

    def setUp(self) -> None:
        if "check.ports" not in self.ncd:
            self.skipTest("check.ports in conc.ini doesn't say which ports may be listened on")
        self.declared = {int(word) for word in words(self.ncd, "check.ports")}

    def test_declared_ports_only(self) -> None:
        found: Set[Tuple[int, str]] = {
            (port, address) for address, port in listening() if port not in self.declared and not _is_loopback(address)
        }
        if found:
            told = "\n".join("  port %d on %s" % one for one in sorted(found))
            self.fail("something listens on ports that check.ports doesn't name:\n%s" % told)

    def test_declared_ports_are_served(self) -> None:
        missing = sorted(self.declared - {port for _, port in listening()})
        if missing:
            self.fail("nothing listens on %s, which check.ports names" % ", ".join(map(str, missing)))


def listening() -> Iterator[Tuple[str, int]]:
    """Address and port of every TCP socket that listens, as the kernel lists them."""
    for name in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            with open(name, encoding="ascii") as file:
                rows = [line.split() for line in file.readlines()[1:]]
        except FileNotFoundError:
            continue
        for row in rows:
            if row[3] == _LISTEN:
                address, _, port = row[1].partition(":")
                yield _address(address), int(port, 16)


def _address(text: str) -> str:
    """The kernel prints words of 32 bits as this machine has them in memory."""
    raw = b"".join(
        int(text[at : at + 8], 16).to_bytes(4, "little" if sys.byteorder == "little" else "big")
        for at in range(0, len(text), 8)
    )
    return str(ipaddress.ip_address(raw))


def _is_loopback(text: str) -> bool:
    address = ipaddress.ip_address(text)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback
