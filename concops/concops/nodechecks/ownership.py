"""Releases belong to the user that deploys, and nobody else changes them."""

from __future__ import annotations

import os
import stat
import unittest as nodetest
from typing import Any, Dict, Iterator, List, Tuple

from concops.nodechecks.attributes import listed

_FOLDERS = ("releases", "store", "bin", "state", "tools")


class Ownership(nodetest.TestCase):
    """Of all below the root that conc places."""

    ncd: Dict[str, Any]

    def setUp(self) -> None:
        self.root: str = self.ncd["root"]
        if not os.path.isdir(self.root):
            self.skipTest("nothing was deployed to %s yet" % self.root)

    def test_nothing_in_releases_is_roots(self) -> None:
        owner = os.stat(self.root).st_uid
        if owner == 0:
            self.skipTest("%s itself is root's" % self.root)
        found: List[str] = [path for path, seen in _entries(self.root) if seen.st_uid == 0]
        if found:
            self.fail("files of releases belong to root, so the deploying user can't remove them:\n%s" % listed(found))

    def test_nothing_in_releases_is_writable_by_all(self) -> None:
        found = [
            path for path, seen in _entries(self.root) if not stat.S_ISLNK(seen.st_mode) and seen.st_mode & stat.S_IWOTH
        ]
        if found:
            self.fail("anybody may change these files of releases:\n%s" % listed(found))


def _entries(root: str) -> Iterator[Tuple[str, os.stat_result]]:
    for name in _FOLDERS:
        for above, folders, files in os.walk(os.path.join(root, name)):
            for entry in [*folders, *files]:
                path = os.path.join(above, entry)
                try:
                    yield path, os.lstat(path)
                except FileNotFoundError:
                    pass  # pruned meanwhile
