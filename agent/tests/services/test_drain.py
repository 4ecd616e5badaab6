"""Workers that finish what they do while a deploy goes on, under the real supervisor."""

from __future__ import annotations

import os
import signal
import unittest
from contextlib import closing
from typing import Any, Dict, List

from conc_agent import procs, release
from conc_agent.calls import run
from conc_agent.calls.survey import survey
from conc_agent.services import supervisord_daemon as daemon

from ..controller import Controller, wait_until
from ..making import FIRST, SECOND, THIRD, process, request, switching
from ..making import health as asked
from .base import SupervisordCase

#: It has a task in hand, which ends when someone says so.
WORKER = """
import os, pathlib, signal, time
here = pathlib.Path(os.environ["CONC_SHARED"])
told = []
signal.signal(signal.SIGTERM, lambda *_: told.append(1))
(here / (os.environ["CONC_RELEASE"] + ".up")).touch()
while not (told and (here / "task-is-done").exists()):
    time.sleep(0.02)
"""


def load_tests(_loader: unittest.TestLoader, tests: unittest.TestSuite, _pattern: object) -> unittest.TestSuite:
    return unittest.TestSuite() if os.environ.get("CONC_TEST_SERVICES") == "no" else tests


class DrainCase(SupervisordCase):
    def setUp(self) -> None:
        super().setUp()
        (self.root / "shared").mkdir()
        self.addCleanup((self.root / "shared" / "task-is-done").touch)

    def bring(self, name: str, app: str = WORKER, **more: Any) -> Dict[str, Any]:
        worker = dict(process("worker", "python app.py"), drain=True, **more)
        self.make(name, [worker], app)
        self.controller = Controller()
        about = asked("sh -c 'test -e $CONC_SHARED/$CONC_RELEASE.up'", tries=50, interval=0.1)
        jobs = switching(self.root, name, about, "supervisord")
        jobs[-1]["request"]["keep"] = 0
        return run.serve(self.controller.channel, request(self.root, name, jobs))

    def workers(self) -> List[Dict[str, Any]]:
        known = survey(self.root, "supervisord")["processes"]
        return [{key: one[key] for key in ("name", "state", "release")} for one in known]

    def pid_of(self, name: str) -> int:
        return next(one["pid"] for one in survey(self.root, "supervisord")["processes"] if one["release"] == name)


class DrainTest(DrainCase):
    def test_the_old_one_finishes_while_the_new_one_works(self) -> None:
        self.assertEqual(self.bring(FIRST, stopTimeout=600)["outcome"], "proven", self.controller.messages)
        old = self.pid_of(FIRST)
        self.assertEqual(self.bring(SECOND, stopTimeout=600)["outcome"], "proven", self.controller.messages)
        self.assertTrue(procs.is_alive(old))
        self.assertIn("pid %d of %s drains" % (old, FIRST), self.controller.done("restart")["text"])
        said = "draining: worker:worker_0, pid %d, runs %s since 20" % (old, FIRST)
        self.assertIn(said, self.controller.done("health")["text"])
        self.assertEqual(
            self.workers(),
            [
                {"name": "worker:worker_0", "state": "STOPPING", "release": FIRST},
                {"name": "worker:worker_0", "state": "RUNNING", "release": SECOND},
            ],
        )
        self.assertIn(FIRST, release.listed(self.root), "prune took what it runs")
        self.assertEqual(self.bring(THIRD)["outcome"], "proven", self.controller.messages)
        self.assertEqual([one["state"] for one in self.workers()], ["STOPPING", "STOPPING", "RUNNING"])
        (self.root / "shared" / "task-is-done").touch()
        wait_until(lambda: len(self.workers()) == 1, "both have ended")
        self.assertEqual(self.workers(), [{"name": "worker:worker_0", "state": "RUNNING", "release": THIRD}])

    def test_its_time_is_limited(self) -> None:
        self.assertEqual(self.bring(FIRST, stopTimeout=1)["outcome"], "proven", self.controller.messages)
        old = self.pid_of(FIRST)
        self.assertEqual(self.bring(SECOND, stopTimeout=1)["outcome"], "proven", self.controller.messages)
        wait_until(lambda: not procs.is_alive(old), "it is killed")

    def test_what_was_undone_leaves_a_worker_of_the_release_before(self) -> None:
        """Health fails after the old one was told to end: another one of its release starts, beside it."""
        self.assertEqual(self.bring(FIRST, stopTimeout=60)["outcome"], "proven", self.controller.messages)
        old = self.pid_of(FIRST)
        never = WORKER.replace(".up", ".never")
        self.assertEqual(self.bring(SECOND, never, stopTimeout=60)["outcome"], "undone", self.controller.messages)
        self.assertTrue(procs.is_alive(old))
        (self.root / "shared" / "task-is-done").touch()
        wait_until(lambda: not procs.is_alive(old), "it has finished")
        wait_until(lambda: len(self.workers()) == 1, "the other one has ended")
        self.assertEqual(self.workers(), [{"name": "worker:worker_0", "state": "RUNNING", "release": FIRST}])

    def test_a_restarted_supervisord_starts_one(self) -> None:
        self.bring(FIRST)
        self.assertEqual(self.bring(SECOND, stopTimeout=1)["outcome"], "proven", self.controller.messages)
        supervisor = daemon.answering(self.root)
        assert supervisor is not None
        with closing(supervisor):
            os.kill(supervisor.pid(), signal.SIGKILL)
        daemon.end_orphans(self.root)
        again = self.bring(THIRD)
        self.assertEqual(again["outcome"], "proven", self.controller.messages)
        self.assertEqual(self.workers(), [{"name": "worker:worker_0", "state": "RUNNING", "release": THIRD}])


class BrokenTest(DrainCase):
    start_seconds = 1

    def test_one_whose_successor_does_not_start_goes_on(self) -> None:
        self.assertEqual(self.bring(FIRST)["outcome"], "proven", self.controller.messages)
        old = self.pid_of(FIRST)
        # Were it told to end, it would.
        (self.root / "shared" / "task-is-done").touch()
        reply = self.bring(SECOND, "import sys\nsys.exit('no such column')\n")
        self.assertEqual(reply["outcome"], "undone", self.controller.messages)
        self.assertIn("worker:worker_0 did not start", self.controller.done("restart")["text"])
        self.assertEqual(self.workers(), [{"name": "worker:worker_0", "state": "RUNNING", "release": FIRST}])
        self.assertEqual(self.pid_of(FIRST), old)
