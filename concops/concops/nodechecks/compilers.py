"""Production has nothing to build with: what an intruder could compile there, and what a deploy might."""

from __future__ import annotations

import glob
import os
import re
import unittest as nodetest
from typing import Any, Dict

from concops.nodechecks.attributes import listed

_FOLDERS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_COMPILER = re.compile(
    r"(?:[a-z0-9_]+-linux-[a-z]+-)?(?:cc|c\+\+|gcc|g\+\+|clang|clang\+\+|tcc|rustc|c99|c89)(?:-[0-9.]+)?\Z"
)
_HEADERS = ("/usr/include/stdio.h", "/usr/include/python3*/Python.h", "/usr/local/include/python3*/Python.h")


class Compilers(nodetest.TestCase):
    """In the folders where packages put them."""

    ncd: Dict[str, Any]

    def test_no_compiler(self) -> None:
        found = {
            os.path.realpath(os.path.join(folder, name)): os.path.join(folder, name)
            for folder in _FOLDERS
            if os.path.isdir(folder)
            for name in os.listdir(folder)
            if _COMPILER.match(name)
        }
        if found:
            self.fail("this node has compilers:\n%s" % listed(sorted(found.values())))

    def test_no_headers(self) -> None:
        found = sorted(path for pattern in _HEADERS for path in glob.glob(pattern))
        if found:
            self.fail("this node has headers to compile with:\n%s" % listed(found))
