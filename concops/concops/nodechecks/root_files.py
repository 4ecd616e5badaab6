"""What only root may read is as ``conc.ini`` declares it: the options of a firewall's module, say."""

from __future__ import annotations

import unittest as nodetest
from typing import Any, Dict, Optional

from concops.nodechecks import root
from concops.nodechecks.attributes import pairs

sudo = True


class RootFiles(nodetest.TestCase):
    """The files of ``check.files``."""

    ncd: Dict[str, Any]
    sudoPass: Optional[str]  # noqa: N815

    def test_declared_values(self) -> None:
        declared = pairs(self.ncd, "check.files")
        if not declared:
            self.skipTest("check.files in conc.ini names none")
        for path, value in declared.items():
            with self.subTest(path):
                found = root.run(["/usr/bin/cat", path], self.sudoPass).strip()
                if found != value:
                    self.fail("%s holds %r; check.files declares %r" % (path, found, value))
