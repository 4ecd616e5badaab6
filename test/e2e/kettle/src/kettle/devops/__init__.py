"""How a node of kettle changes: with sudo."""

from __future__ import annotations

import logging
import os
import shlex
import subprocess
import time
from pathlib import Path

from concops import Host, Job, Status
from concops.policy import op
from concops.sequence import default

log = logging.getLogger("kettle.devops")
BOIL = ["/usr/bin/touch", "/etc/kettle-boils", "/etc/kettle: 'a', [b]=c #1 * \\ d"]
RELOAD = ["/usr/bin/systemctl", "restart", "cron.service"]


def with_sudo(argv, sudoPass):
    """Without a password where sudo asks for none."""
    how = ["-n"] if sudoPass is None else ["-S", "-p", ""]
    given = "" if sudoPass is None else sudoPass + "\n"
    subprocess.run(["sudo", "-k", *how, *argv], input=given, text=True, check=True)


@op(sudo=[shlex.join(BOIL), shlex.join(RELOAD)], again="safe", plan="boils on ${name}")
def boil(ncd, sudoPass):
    log.info("password: %s", "none" if sudoPass is None else "given")
    with_sudo(BOIL, sudoPass)
    with_sudo(RELOAD, sudoPass)
    return Status.ok


@op(sudo=["/usr/bin/true"])
def lid(ncd, sudoPass):
    """On the machine that conc runs on: the node's password is none of its business."""
    assert os.geteuid() != 0 or sudoPass is None, "root needs no password"
    return Status.ok


def cool(ncd, sudoPass):
    assert sudoPass is None, "it did not ask for it"
    return Status.ok


@op(sudo=True)
def spill(ncd, sudoPass):
    """Tells everybody what it must not tell, once it is let go."""
    shared = Path(os.environ["CONC_SHARED"])
    shared.mkdir(exist_ok=True)
    (shared / "waiting").write_text("%d %d" % (os.getpid(), os.getppid()))
    while not (shared / "go").exists():
        time.sleep(0.05)
    print("printed %s" % sudoPass, flush=True)
    subprocess.run(["cat", "-"], input="piped %s\n" % sudoPass, text=True, check=True)
    log.warning("logged %s and %r", sudoPass, [sudoPass])
    ncd["kept"] = "kept %s" % sudoPass
    raise ValueError("raised %s" % sudoPass)


jobs = [
    Job(Host.remote, boil),
    Job(Host.local, lid),
    Job(Host.remote, cool),
    *default,
]
spilling = [
    Job(Host.remote, spill),
    *default,
]
