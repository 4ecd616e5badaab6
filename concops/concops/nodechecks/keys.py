"""Ssh goes into production, never out of it: no private key lies there."""

from __future__ import annotations

import glob
import os
import re
import unittest as nodetest
from typing import Iterator

from concops.nodechecks.attributes import listed

_PRIVATE = re.compile(rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----|PuTTY-User-Key-File")


class PrivateKeys(nodetest.TestCase):
    """Those that the deploying user can read."""

    def test_no_private_keys(self) -> None:
        """In every ``.ssh`` that the deploying user may look into."""
        found = sorted(path for path in _candidates() if _is_private(path))
        if found:
            self.fail("private keys lie on this node: whoever gets in gets on to where they open.\n%s" % listed(found))


def _candidates() -> Iterator[str]:
    folders = {
        os.path.realpath(path) for path in [os.path.expanduser("~/.ssh"), "/root/.ssh", *glob.glob("/home/*/.ssh")]
    }
    for folder in folders:
        for above, _, names in os.walk(folder):
            for name in names:
                yield os.path.join(above, name)


def _is_private(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return _PRIVATE.search(file.read(4096)) is not None
    except OSError:
        return False
