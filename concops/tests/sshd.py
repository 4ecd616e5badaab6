"""An sshd of a test's own on a loopback port, which lets in whoever runs the test."""

# pyright: reportOptionalMemberAccess=false, reportOptionalIterable=false, reportArgumentType=false

import os
import shutil
import signal
import socket
import subprocess
import unittest
from pathlib import Path

PROGRAM = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
HAS_SSHFS = bool(PROGRAM and shutil.which("sshfs") and os.access("/dev/fuse", os.R_OK | os.W_OK))
needs_sshfs = unittest.skipUnless(HAS_SSHFS, "needs sshd, sshfs and /dev/fuse")


class Sshd:
    """Serves SFTP in ``start``, which is where a login's home would be. Ended by pid, with every connection."""

    def __init__(self, folder, start):
        self.folder = Path(folder)
        for name in ("host", "user"):
            self.key(name)
        shutil.copy(str(self.folder / "user.pub"), str(self.folder / "authorized_keys"))
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
        self.port = self._start(start)
        host_key = (self.folder / "host.pub").read_text()
        self.known_hosts = self.folder / "known_hosts"
        self.known_hosts.write_text("[127.0.0.1]:%d %s" % (self.port, host_key))

    def key(self, name):
        file = self.folder / name
        subprocess.check_call(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", str(file)])
        return file

    def _start(self, start):
        for _ in range(5):
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            config = self.folder / "sshd_config"
            lines = [
                "Port %d" % port,
                "ListenAddress 127.0.0.1",
                "HostKey %s" % (self.folder / "host"),
                "AuthorizedKeysFile %s" % (self.folder / "authorized_keys"),
                "PidFile none",
                "StrictModes no",
                "UsePAM no",
                "PasswordAuthentication no",
                "KbdInteractiveAuthentication no",
                "PermitRootLogin yes",
                "Subsystem sftp internal-sftp -d %s" % start,
            ]
            config.write_text("\n".join(lines) + "\n")
            argv = [PROGRAM, "-D", "-e", "-f", str(config)]
            self.process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            for line in self.process.stderr:
                if "Server listening" in line:
                    return port
            self.stop()
        raise RuntimeError("sshd does not start")

    def cut(self):
        """It answers no more, and closes nothing."""
        for pid in [*_descendants(self.process.pid), self.process.pid]:
            os.kill(pid, signal.SIGSTOP)

    def stop(self):
        if self.process.returncode is not None:
            return
        for pid in [*_descendants(self.process.pid), self.process.pid]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()
        self.process.stderr.close()


def _descendants(pid):
    try:
        children = Path("/proc/%d/task/%d/children" % (pid, pid)).read_text().split()
    except OSError:
        return []
    return [one for child in map(int, children) for one in (*_descendants(child), child)]
