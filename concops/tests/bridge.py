"""Where the article's ops are tried: a controller and a node on one machine, with home folders of their own."""

import os
import subprocess
from unittest import mock

from concops import open_bundle
from tests.folder import FolderCase
from tests.sshd import Sshd


class ArticleCase(FolderCase):
    """A home folder of the test's own, for both sides."""

    def setUp(self):
        super().setUp()
        self.home = self.folder / "home"
        self.home.mkdir()
        changed = mock.patch.dict(os.environ, {"HOME": str(self.home)})
        changed.start()
        self.addCleanup(changed.stop)
        self.far = {"bundle": ".conc/shop", "name": "web1", "host": "web1", "venv": str(self.folder / "venv")}
        self.near = dict(self.far, host="localhost")

    def came(self, result, status, text=""):
        self.assertEqual(status, result, "%s %s" % (result.text, result.evidence))
        self.assertIn(text, result.text)


class BridgeCase(ArticleCase):
    """Over a real sshd. The node's home folder is ``login``."""

    def setUp(self):
        super().setUp()
        self.login = self.folder / "far"
        (self.login / ".conc/shop").mkdir(parents=True)
        (self.folder / "ssh").mkdir()
        self.sshd = Sshd(self.folder / "ssh", self.login)
        self.addCleanup(self.sshd.stop)
        self.near.update(
            {
                "sshd.ip": "127.0.0.1",
                "sshd.port": str(self.sshd.port),
                "sshd.key": str(self.sshd.folder / "user"),
                "sshd.config": "/dev/null",
                "sshd.options": "UserKnownHostsFile=%s\nGlobalKnownHostsFile=/dev/null" % self.sshd.known_hosts,
            }
        )
        self.near["vendor"] = str(self.write("vendor/pip-1.tar.gz", "pip").parent)
        self.target = self.home / ".conc/shop.web1"
        self.addCleanup(subprocess.call, ["fusermount", "-uzq", str(self.target)])
        self.came(open_bundle(self.near, None), "OK")
