"""The bridge: the node's bundle directory, mounted on the controller over SFTP. The node needs nothing but its sshd."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from typing import Any, Dict, List, Optional, Tuple

from concops.article import ssh
from concops.article.bundle import NoPlace, far_path, location
from concops.article.mounts import mounted_at
from concops.captured import captured, ending
from concops.host import Host
from concops.policy import op
from concops.result import Result
from concops.status import Status

Ncd = Dict[str, Any]
#: Seconds that a busy mount is waited for.
BUSY = 10.0


@op(
    where=Host.local,
    again="safe",
    timeout=60,
    plan="unmounts ~/${bundle}.${name}",
    by_hand=["fusermount -u ~/${bundle}.${name}"],
)
def unmount_SSHFS(ncd: Ncd, sudoPass: Optional[str]) -> Result:
    """Unmount the node's bundle directory. STOPPED where nothing is mounted. One that stays busy is detached, and
    said to be: who still has files open there keeps them."""
    try:
        target = location(ncd)
    except NoPlace as error:
        return Result(Status.failed, str(error))
    if not mounted_at(target):
        return Result(Status.stopped, "nothing is mounted at %s" % target)
    program = shutil.which("fusermount3") or shutil.which("fusermount")
    if program is None:
        return Result(Status.failed, "there is no fusermount here: it comes with sshfs")
    deadline = time.monotonic() + BUSY
    while True:
        captured([program, "-u", target])
        # Whatever it said: sshfs unmounts by itself when its connection is lost.
        if not mounted_at(target):
            return Result(Status.ok, "%s is unmounted" % target)
        if time.monotonic() >= deadline:
            break
        time.sleep(0.2)
    code, lines = captured([program, "-u", "-z", target])
    if mounted_at(target):
        return Result(Status.failed, "%s can't be unmounted: %s" % (target, ending(code)), evidence=lines)
    return Result(Status.ok, "%s was busy: it is detached, and ends when its last file is closed" % target)


@op(
    where=Host.local,
    again="safe",
    timeout=60,
    plan="mounts ~/${bundle} of ${name} at ~/${bundle}.${name}",
    by_hand=["sshfs [-p PORT] USER@HOST:${bundle} ~/${bundle}.${name}"],
    undo=unmount_SSHFS,
)
def mount_SSHFS(ncd: Ncd, sudoPass: Optional[str]) -> Result:
    """Mount the node's bundle directory at the controller's one, which ``open_bundle`` made. STOPPED where it is
    mounted already, or the node is this machine. sshfs's exit code and the mount table say whether it came to be."""
    if ncd.get("gateway") == "popen":
        return Result(Status.stopped, "%s is this machine: there is nothing to mount" % ncd.get("name"))
    try:
        target, source = location(ncd), "%s:%s" % (_address(ncd), far_path(ncd))
        configuration = ssh.configuration(ncd)
    except ValueError as error:
        return Result(Status.failed, str(error))
    there = mounted_at(target)
    if there:
        same = there[-1].source == source
        return Result(Status.stopped if same else Status.blocked, "%s is mounted at %s" % (there[-1].source, target))
    if not os.path.isdir(target) or os.listdir(target):
        return Result(Status.failed, "%s is no empty directory: open_bundle makes it" % target)
    return _mount(source, target, configuration)


def _mount(source: str, target: str, configuration: str) -> Result:
    with tempfile.NamedTemporaryFile("w", prefix="concops-ssh-", suffix=".config") as config:
        config.write(configuration)
        config.flush()
        # -v: else ssh's own words go nowhere.
        argv = ["sshfs", "-v", "-F", config.name, "-o", "nosuid,nodev", source, target]
        try:
            code, lines = _started(argv)
        except OSError as error:
            return Result(Status.failed, "sshfs can't be run: %s; install the package sshfs" % error.strerror)
    if code != 0:
        return Result(Status.failed, "sshfs ended with %s" % ending(code), evidence=lines)
    if not mounted_at(target):
        return Result(Status.failed, "sshfs ended well, and nothing is mounted at %s" % target, evidence=lines)
    return Result(Status.ok, "%s at %s" % (source, target))


def _started(argv: List[str]) -> Tuple[int, List[str]]:
    """The ssh behind a mount keeps standard error for as long as it runs: a file takes it, for a pipe would not end."""
    # The mount outlives the op, its worker and the whole change: a person may want it. So it bears no worker's mark.
    env = {name: value for name, value in os.environ.items() if name != "CONC_WORKER"}
    with tempfile.TemporaryFile() as said:
        code = subprocess.call(
            argv, stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=env, cwd="/", start_new_session=True
        )
        said.seek(0)
        return code, said.read().decode("utf-8", "backslashreplace").splitlines()[-20:]


def _address(ncd: Ncd) -> str:
    host = ssh.host(ncd)
    return "[%s]" % host if ":" in host else host
