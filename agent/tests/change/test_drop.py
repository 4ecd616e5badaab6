"""The controller is lost in the middle of a job: the job's own policy says what becomes of it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any, Dict

from conc_agent.calls import resume, run
from conc_agent.calls.survey import survey
from conc_agent.change import lock

from ..controller import Controller, in_background, wait_until
from ..making import FIRST, SECOND, RootCase, make_release, request, switching
from .test_own_jobs import application, own

SEQUENCE = """
import os, subprocess, time
from concops import Host, Job, Status, op

def wait(ncd, sudoPass):
    child = subprocess.Popen(["sleep", "600"], start_new_session=True)
    with open(os.path.join(ncd["root"], "pids.new"), "w") as file:
        file.write("%d %d" % (os.getpid(), child.pid))
    os.rename(file.name, os.path.join(ncd["root"], "pids"))
    while not os.path.exists(os.path.join(ncd["root"], "go")):
        time.sleep(0.02)
    child.kill()
    child.wait()
    return Status.ok

jobs = [Job(Host.remote, wait)]
"""


def waiting(drop: str) -> Dict[str, Any]:
    return dict(own("wait", 0), drop=drop, timeout=60)


def is_alive(pid: int) -> bool:
    """One that ended, and that nobody has waited for yet, is not."""
    try:
        stat = Path("/proc/%d/stat" % pid).read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


class DropTest(RootCase):
    def drop(self, about: str, *jobs: Dict[str, Any]) -> Any:
        """Run until the op waits, then lose the controller. Gives what runs on, and the processes that there are."""
        code = application(self.root, SEQUENCE)
        code["digests"] = {"tea_devops": hashlib.sha256(SEQUENCE.encode()).hexdigest()}
        asked = dict(request(self.root, about, list(jobs)), application=code)
        running = in_background(lambda: run.serve(self.controller.channel, asked))
        pids = self.root / "pids"
        wait_until(pids.exists, "the op has begun")
        self.controller.leave()
        return running, [int(pid) for pid in pids.read_text().split()]

    def test_finish_is_done_to_its_end_then_the_change_halts(self) -> None:
        running, pids = self.drop(FIRST, waiting("finish"), own("after", 1))
        self.assertTrue(all(map(is_alive, pids)))
        (self.root / "go").touch()
        reply = running.join()
        self.assertEqual((reply["outcome"], reply["job"]), ("halted", "wait"))
        self.assertIn("the controller went away", reply["state"])
        self.assert_nothing_left(pids)
        change = survey(self.root, "none")["change"]
        self.assertEqual((change["state"], change["job"]["name"]), ("halted", "wait"))

    def test_kill_ends_it_with_all_that_it_started_and_leaves_it_cut_off(self) -> None:
        running, pids = self.drop(FIRST, waiting("kill"))
        reply = running.join()
        self.assertEqual(reply["outcome"], "halted")
        self.assertIn("the controller went away, and wait was ended, as it is declared", reply["state"])
        self.assert_nothing_left(pids)
        self.controller = Controller()
        held = resume.serve(self.controller.channel, {"root": str(self.root), "by": "bob@desk"})
        self.assertIn("wait was cut off, and may not be run again by itself", held["state"])

    def test_kill_after_the_switch_undoes_the_change(self) -> None:
        self.prove(FIRST)
        make_release(self.root, SECOND)
        jobs = switching(self.root, SECOND)
        site = next((self.root / "releases" / SECOND / "venv").glob("lib/python*/site-packages"))
        (site / "tea_devops.py").write_text(SEQUENCE, encoding="utf-8")
        running, pids = self.drop(SECOND, jobs[0], waiting("kill"), *jobs[1:])
        self.assertEqual(running.join()["outcome"], "undone")
        self.assert_nothing_left(pids)
        self.assert_serves(FIRST)
        self.assert_closed()

    def assert_nothing_left(self, pids: Any) -> None:
        wait_until(lambda: not any(map(is_alive, pids)), "nothing of the op runs any more")
        self.assertFalse(lock.is_running(self.root))
        self.assertEqual([name for name in os.listdir(str(self.root)) if name.startswith("change.")], [])
