"""No certificate ends unnoticed."""

from __future__ import annotations

import os
import ssl
import tempfile
import time
import unittest as nodetest
from typing import Any, Dict, Iterator, List

from concops.nodechecks.attributes import lines

_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_DAY = 86400.0


class Certificates(nodetest.TestCase):
    """The files of ``check.certificates``."""

    ncd: Dict[str, Any]

    def test_certificates_last(self) -> None:
        paths = lines(self.ncd, "check.certificates")
        if not paths:
            self.skipTest("check.certificates in conc.ini names none")
        days = float(self.ncd.get("check.certificates.days", 21))
        for path in paths:
            with self.subTest(path):
                problems = [problem for end in ends_of(path) for problem in _problem(end - time.time(), days)]
                if problems:
                    self.fail("%s %s" % (path, "; ".join(problems)))


def _problem(left: float, days: float) -> List[str]:
    if left < 0:
        return ["ended %.0f days ago" % (-left / _DAY)]
    return ["ends in %.0f days; check.certificates.days is %g" % (left / _DAY, days)] if left < days * _DAY else []


def ends_of(path: str) -> Iterator[float]:
    """When each certificate in a PEM or DER file ends, in seconds since the epoch."""
    with open(path, "rb") as file:
        data = file.read()
    text = data.decode("ascii", "replace")
    blocks = [part.split(_END)[0] for part in text.split(_BEGIN)[1:]]
    found = [_BEGIN + block + _END + "\n" for block in blocks] or [ssl.DER_cert_to_PEM_cert(data)]
    for pem in found:
        yield ssl.cert_time_to_seconds(str(_decoded(pem)["notAfter"]))


def _decoded(pem: str) -> Dict[str, Any]:
    """The standard library reads certificates from files only, by what its own tests use."""
    handle, name = tempfile.mkstemp(prefix="conc-certificate-")
    try:
        with open(handle, "w", encoding="ascii") as file:
            file.write(pem)
        return ssl._ssl._test_decode_cert(name)  # type: ignore[attr-defined]
    finally:
        os.unlink(name)
