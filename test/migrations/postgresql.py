"""A PostgreSQL of a test's own: reached by a socket in its own folder, by no port."""

import os
import pwd
import shutil
import subprocess
import tempfile
from glob import glob

PROGRAMS = sorted(glob("/usr/lib/postgresql/*/bin"))


class PostgreSQL:
    """Made anew, without fsync. It doesn't run as root, so root runs it as postgres. ``stop`` leaves nothing."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="concops-pg-")
        self._as = []
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._as = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        self._data = os.path.join(self.folder, "data")
        self._run("initdb", "--no-sync", "-A", "trust", "-U", "conc", "-D", self._data)
        options = "-F -c listen_addresses= -c unix_socket_directories=%s" % self.folder
        self._run("pg_ctl", "-D", self._data, "-w", "-s", "-l", self.folder + "/log", "-o", options, "start")

    def database(self, name):
        self._run("createdb", "-h", self.folder, "-U", "conc", name)

    def stop(self):
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-s", "stop")
        shutil.rmtree(self.folder)

    def _run(self, program, *arguments):
        argv = [*self._as, os.path.join(PROGRAMS[-1], program), *arguments]
        # What it starts would hold a pipe open.
        with tempfile.TemporaryFile() as said:
            if subprocess.call(argv, stdout=said, stderr=said, cwd="/") != 0:
                said.seek(0)
                raise RuntimeError(said.read().decode())
