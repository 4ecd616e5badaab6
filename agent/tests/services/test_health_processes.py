"""Processes that seem well and run something else: real ones, under the real supervisor."""

from __future__ import annotations

import os
import unittest
from contextlib import closing
from typing import Any, Dict, List

from conc_agent.calls import run
from conc_agent.change.job_context import UndoContext
from conc_agent.ops import health
from conc_agent.services import supervisord_daemon as daemon

from ..controller import Controller, wait_until
from ..making import FIRST, SECOND, process, request, switching
from ..making import health as asked
from .base import APP, SupervisordCase

#: Before it serves, it leaves a copy of itself behind, which no service manager knows and which serves as well.
FORKING = """
import os
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.environ["LISTEN_PID"] = str(os.getpid())
    else:
        os._exit(0)
"""
#: It has a worker that still runs in the release before.
WITH_WORKER = """
import subprocess
subprocess.Popen(["sleep", "600"], cwd=FORMER)
"""


def load_tests(_loader: unittest.TestLoader, tests: unittest.TestSuite, _pattern: object) -> unittest.TestSuite:
    return unittest.TestSuite() if os.environ.get("CONC_TEST_SERVICES") == "no" else tests


class OldProcessTest(SupervisordCase):
    def ask(self, name: str, processes: List[Dict[str, Any]], **more: Any):
        about = dict(asked(None), service="supervisord", processes=processes, tries=10, interval=0.1)
        return health.run(UndoContext(self.root, name), dict(about, **more))

    def test_a_restart_that_did_not_happen(self) -> None:
        self.make(FIRST, [self.web()])
        self.assertEqual(self.deploy(FIRST)["outcome"], "proven", self.controller.messages)
        self.make(SECOND, [self.web()])
        jobs = switching(self.root, SECOND, asked(None, url="/healthz"), "supervisord")
        controller = Controller()
        skipping = [job for job in jobs if job["name"] != "restart"]
        reply = run.serve(controller.channel, request(self.root, SECOND, skipping))
        self.assertEqual(reply["outcome"], "undone", controller.messages)
        text = controller.done("health")["text"]
        self.assertRegex(text, r"^web:web_0, pid %d, runs %s by its environment, since 20" % (self.get()[1], FIRST))
        self.assert_serves(FIRST)

    def test_one_that_was_left_behind_answers_beside_the_new_one(self) -> None:
        self.make(FIRST, [self.web()], FORKING + APP)
        self.assertEqual(self.deploy(FIRST)["outcome"], "proven", self.controller.messages)
        (left,) = {pid for pid in self.running() if pid != self.main() and b"app.py" in command_line(pid)}
        self.make(SECOND, [self.web()])
        self.assertEqual(self.deploy(SECOND)["outcome"], "undone", self.controller.messages)
        text = self.controller.done("health")["text"]
        self.assertRegex(text, r"^pid %d \(.*app.py\) runs %s since 20.*, and listens where" % (left, FIRST))

    def test_a_worker_of_the_release_before(self) -> None:
        self.make(FIRST, [self.web()])
        self.assertEqual(self.deploy(FIRST)["outcome"], "proven", self.controller.messages)
        former = repr(str(self.root / "releases" / FIRST))
        self.make(SECOND, [self.web()], WITH_WORKER.replace("FORMER", former) + APP)
        self.assertEqual(self.deploy(SECOND)["outcome"], "undone", self.controller.messages)
        self.assertRegex(self.controller.done("health")["text"], "runs %s since .*, and is a worker of" % FIRST)

    def test_a_command_that_names_another_release(self) -> None:
        self.make(FIRST, [self.web()])
        self.assertEqual(self.deploy(FIRST)["outcome"], "proven", self.controller.messages)
        old = self.root / "releases" / FIRST
        self.make(SECOND, [self.web(command="%s/venv/bin/python %s/app.py" % (old, old))])
        self.assertEqual(self.deploy(SECOND)["outcome"], "undone", self.controller.messages)
        self.assertIn("runs %s by its command line" % FIRST, self.controller.done("health")["text"])

    def test_one_of_two_is_missing(self) -> None:
        web = self.web(2)
        self.make(FIRST, [web])
        self.assertEqual(self.deploy(FIRST)["outcome"], "proven", self.controller.messages)
        more = dict(web, count=3)
        self.assertIn("2 of 3 processes web run", self.ask(FIRST, [more], tries=1).text)

    def test_it_has_to_stay_up(self) -> None:
        sleeper = process("worker", "sleep 600")
        self.make(FIRST, [sleeper])
        self.assertEqual(self.deploy_worker(FIRST)["outcome"], "proven", self.controller.messages)
        steady = self.ask(FIRST, [sleeper], staysUp=0.5)
        self.assertEqual((steady.status, steady.text), ("OK", "every process runs; stayed up for 0.5 s"))

    def test_one_that_comes_and_goes(self) -> None:
        short = process("worker", "sleep 0.7")
        self.make(FIRST, [short])
        self.assertEqual(self.deploy_worker(FIRST)["outcome"], "proven", self.controller.messages)
        outcome = self.ask(FIRST, [short], staysUp=20)
        self.assertEqual(outcome.status, "FAILED")
        self.assertIn("it did not stay up for 20 s: ", outcome.text)

    def deploy_worker(self, name: str) -> Dict[str, Any]:
        """One that nobody can ask."""
        self.controller = Controller()
        jobs = switching(self.root, name, asked("true"), "supervisord")
        return run.serve(self.controller.channel, request(self.root, name, jobs))

    def main(self) -> int:
        supervisor = daemon.answering(self.root)
        assert supervisor is not None
        with closing(supervisor):
            wait_until(lambda: supervisor.info("web:web_0")["statename"] == "RUNNING", "it runs")
            return supervisor.info("web:web_0")["pid"]


def command_line(pid: int) -> bytes:
    with open("/proc/%d/cmdline" % pid, "rb") as file:
        return file.read()
