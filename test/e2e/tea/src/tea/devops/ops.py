"""What the jobs do."""

import logging
import os
import subprocess
import sys
import time
from pathlib import Path

from concops import Result, Status, op

log = logging.getLogger("tea.devops")


@op(again="safe", plan="notes the time for ${name} in ${root}")
def note_time(ncd, sudoPass):
    """On the controller: what it writes into the attributes, ops on the node read."""
    ncd["noted"] = "tea time"
    log.info("noted in %s", sys.prefix, extra={"host": ncd["host"]})
    print("a printed line")
    return Status.ok


def look(ncd, sudoPass):
    """Before anything is installed: the node's own Python."""
    log.info("looked in %s at %s", sys.prefix, ncd["noted"])
    return Status.ok


def pour_away(ncd, sudoPass):
    (Path(os.environ["CONC_SHARED"]) / "pot").unlink()
    return Status.ok


@op(undo=pour_away, timeout=8, by_hand=["touch ${root}/shared/pot"])
def brew(ncd, sudoPass):
    """Once the release is installed: its own interpreter, and the application's code."""
    from tea import SORTS

    pot = Path(os.environ["CONC_SHARED"]) / "pot"
    pot.parent.mkdir(exist_ok=True)
    pot.write_text(" ".join(SORTS))
    log.info("brewed in %s for %s", sys.prefix, ncd["noted"])
    if ncd.get("slow") == "yes":
        escaped = subprocess.Popen(["sleep", "321"], start_new_session=True)
        log.info("escaped %d", escaped.pid)
        time.sleep(60)
    return Status.ok


@op(again="never")
def call_home(ncd, sudoPass):
    if ncd.get("home") == "slow":
        log.info("calls home for 322 s")
        subprocess.run(["sleep", "322"], check=False)
    while ncd.get("home") == "waits" and not (Path(ncd["root"]) / "ready").exists():
        time.sleep(0.05)
    return Status.stopped


def taste(ncd, sudoPass):
    sys.stderr.write("a last word\n")
    if ncd.get("taste") == "bitter":
        raise ValueError("bitter")
    return ncd.get("verdict", Status.ok)


class Migrate:
    """Stands for a migration: what it records is what a migration records."""

    phase = "once"
    again = "safe"

    def __init__(self, compatible):
        self.compatible = compatible

    def __repr__(self):
        return "Migrate(compatible=%r)" % self.compatible

    def __call__(self, ncd, sudoPass):
        ledger = Path(ncd["ledger"])
        before = ledger.read_text() if ledger.exists() else "zero"
        ledger.write_text(ncd["schema"])
        schema = {"before": before, "after": ncd["schema"], "compatible": self.compatible}
        return Result(Status.ok, "%s to %s" % (before, ncd["schema"]), {"schema": schema})


def waits(ncd, name):
    """Where the node says so: until a file is there, with a child that left for a session of its own."""
    if ncd.get("waits") != name:
        return Status.stopped
    ready = Path(ncd["root"]) / "ready"
    child = subprocess.Popen(["sleep", "323"], start_new_session=True)
    log.info("waits %d %d", os.getpid(), child.pid)
    while not ready.exists():
        time.sleep(0.05)
    child.kill()
    child.wait()
    log.info("has waited")
    return Status.ok


@op(plan="steeps")
def steep(ncd, sudoPass):
    return waits(ncd, "steep")


@op(plan="sips", drop="kill")
def sip(ncd, sudoPass):
    return waits(ncd, "sip")


def give_keys_back(ncd, sudoPass):
    kept = Path(ncd["keys"] + ".kept")
    if kept.exists():
        kept.replace(ncd["keys"])
    return Status.ok


@op(touches=["ssh"], undo=give_keys_back, again="safe")
def change_locks(ncd, sudoPass):
    """Who may log in. Nobody, where the node says so: a mistake that a new connection finds."""
    if ncd.get("lock_out") == "yes":
        Path(ncd["keys"]).replace(ncd["keys"] + ".kept")
    return Status.ok
