"""The article's list of jobs, of the ops that concops exports, with real source packages: by ``ops.test.ts``."""

import os
import shutil
import subprocess
from glob import glob

from tests.bridge import BridgeCase

from concops import (
    Host,
    Job,
    PipInstall,
    SetupInstall,
    UnTar,
    close_bundle,
    copy_product,
    create_venv,
    mount_SSHFS,
    open_bundle,
    unmount_SSHFS,
)

JOBS = [
    Job(Host.remote, open_bundle),
    Job(Host.remote, create_venv),
    Job(Host.local, open_bundle),
    Job(Host.local, mount_SSHFS),
    Job(Host.local, copy_product),
    Job(Host.remote, UnTar("setuptools-*.tar.gz")),
    Job(Host.remote, SetupInstall("setuptools-*")),
    Job(Host.remote, UnTar("pip-*.tar.gz")),
    Job(Host.remote, SetupInstall("pip-*")),
    Job(Host.remote, PipInstall("PyQRCode-*.tar.gz")),
    Job(Host.local, unmount_SSHFS),
    Job(Host.remote, close_bundle),
    Job(Host.local, close_bundle),
]


class OpsTest(BridgeCase):
    def test_thirteen_jobs(self):
        shutil.rmtree(str(self.login / ".conc"))
        self.came(close_bundle(self.near, None), "OK")
        self.near["vendor"] = os.environ["SDISTS"]
        homes = {Host.local: self.home, Host.remote: self.login}
        for host, op in JOBS:
            os.environ["HOME"] = str(homes[host])
            self.came(op(dict(self.near, host="localhost" if host == Host.local else "web1"), None), "OK")
        self.assertEqual([[], []], [glob(str(home / ".conc" / "*")) for home in homes.values()])
        python = self.near["venv"] + "/bin/python3"
        program = "import pip, pyqrcode, setuptools; print(pip.__version__, setuptools.__version__)"
        self.assertEqual("22.3.1 65.5.0\n", subprocess.check_output([python, "-c", program], text=True))
