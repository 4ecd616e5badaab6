"""Agents in processes of their own: two at once, and one that is killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List

from conc_agent import history
from conc_agent.calls import abandon, resume, run
from conc_agent.calls.survey import survey

from ..controller import Controller, wait_until
from ..making import FIRST, SECOND, RootCase, gate, health, make_release, request, switching

AGENT = """
import json, sys
from tests.controller import Controller
from conc_agent.calls import run
print(json.dumps(run.serve(Controller().channel, json.load(sys.stdin))))
"""
FOLDER = Path(__file__).resolve().parents[2]


class ProcessCase(RootCase):
    def setUp(self) -> None:
        super().setUp()
        self.prove(FIRST)
        make_release(self.root, SECOND)
        self.door = self.work / "door"
        self.inside = self.work / "inside"
        #: Says that it is there, and waits until the door is opened, or the test is over.
        self.wait = "echo > %s; until test -e %s -o ! -d %s; do sleep 0.05; done" % (self.inside, self.door, self.work)
        self.waiting = "sh -c '%s'" % self.wait

    def start(self, jobs: List[Dict[str, Any]]) -> subprocess.Popen[bytes]:
        """An agent, in the job that waits."""
        agent = subprocess.Popen(
            [sys.executable, "-c", AGENT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=str(FOLDER),
            env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"),
        )
        self.addCleanup(self.end, agent)
        _feed(agent, json.dumps(request(self.root, SECOND, jobs)).encode())
        wait_until(self.inside.exists, "the agent reached its job")
        return agent

    def end(self, agent: subprocess.Popen[bytes]) -> None:
        self.door.touch()
        if agent.poll() is None:
            agent.kill()
        agent.wait()
        if agent.stdout:
            agent.stdout.close()

    def kill(self, agent: subprocess.Popen[bytes]) -> None:
        agent.send_signal(signal.SIGKILL)
        agent.wait()
        self.door.touch()

    def change(self):
        return survey(self.root, "none")["change"]

    def call(self, module, **more):
        return module.serve(self.controller.channel, dict({"root": str(self.root), "by": "bob@desk"}, **more))


class TwoAtOnceTest(ProcessCase):
    def test_the_second_is_blocked_and_told_by_whom(self) -> None:
        agent = self.start([gate(self.waiting), *switching(self.root, SECOND)])
        reply = self.run_change(SECOND, switching(self.root, SECOND))
        self.assertEqual((reply["outcome"], reply["code"]), ("blocked", "change.running"))
        blocker = reply["blocker"]
        self.assertEqual(blocker["job"], {"index": 1, "name": "gate", "of": 6})
        self.assertEqual((blocker["kind"], blocker["by"], blocker["release"]), ("deploy", "ann@desk", SECOND))
        self.assertIsInstance(blocker["heard"], float)
        self.assertRegex(
            reply["state"],
            r"a change is running: deploy of r2-00000002 by ann@desk since 20\S+Z; job 1 of 6, gate; "
            r"last heard [\d.]+ s ago. Nothing was changed",
        )
        self.assertEqual(self.call(resume, until=None)["code"], "change.running")
        self.assertEqual(self.call(abandon)["outcome"], "blocked")
        self.door.touch()
        output, _ = agent.communicate()
        self.assertEqual(json.loads(output)["outcome"], "proven")
        self.assert_serves(SECOND)
        self.assert_closed()

    def test_of_many_that_begin_at_one_moment_one_gets_the_lock(self) -> None:
        agents = []
        asked = json.dumps(request(self.root, SECOND, [gate(self.waiting), *switching(self.root, SECOND)])).encode()
        for _ in range(4):
            agent = subprocess.Popen(
                [sys.executable, "-c", AGENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=str(FOLDER)
            )
            self.addCleanup(self.end, agent)
            agents.append(agent)
        for agent in agents:
            _feed(agent, asked)
        wait_until(lambda: sum(agent.poll() is not None for agent in agents) == 3, "three have ended")
        self.door.touch()
        outcomes = sorted(json.loads(agent.communicate()[0])["outcome"] for agent in agents)
        self.assertEqual(outcomes, ["blocked", "blocked", "blocked", "proven"])
        self.assertEqual([entry["outcome"] for entry in history.read(self.root).entries], ["proven", "proven"])


class KilledTest(ProcessCase):
    def test_before_the_switch(self) -> None:
        self.kill(self.start([gate(self.waiting), *switching(self.root, SECOND)]))
        self.assertEqual((self.change()["state"], self.change()["heard"]), ("interrupted", None))
        self.assert_serves(FIRST)
        blocked = self.run_change(SECOND, switching(self.root, SECOND))
        self.assertEqual((blocked["outcome"], blocked["code"]), ("blocked", "change.interrupted"))
        reply = self.call(resume, until=None)
        self.assertEqual(reply["outcome"], "proven")
        self.assertEqual(next(iter(self.controller.statuses())), "gate")
        self.assert_serves(SECOND)

    def test_before_the_switch_and_abandoned(self) -> None:
        self.kill(self.start([gate(self.waiting), *switching(self.root, SECOND)]))
        self.assertEqual(self.call(abandon)["outcome"], "abandoned")
        self.assert_serves(FIRST)
        self.assert_closed()
        # And the way is free.
        reply = run.serve(Controller().channel, request(self.root, SECOND, switching(self.root, SECOND)))
        self.assertEqual(reply["outcome"], "proven")

    def test_within_the_trial(self) -> None:
        self.kill(self.start(switching(self.root, SECOND, health(self.waiting))))
        self.assert_serves(SECOND)
        self.assertEqual(self.change()["job"], {"index": 3, "name": "health", "of": 5})
        self.assertEqual(self.call(resume, until=None)["outcome"], "proven")
        self.assertEqual(list(self.controller.statuses()), ["health", "confirm", "prune"])

    def test_within_the_trial_and_abandoned(self) -> None:
        self.kill(self.start(switching(self.root, SECOND, health(self.waiting))))
        self.assertEqual(self.call(abandon)["outcome"], "abandoned")
        self.assert_serves(FIRST)
        self.assert_closed()

    def test_within_the_undo(self) -> None:
        """Health says no to the second release, and the agent is killed while it asks the first one."""
        asked = "sh -c 'test $CONC_RELEASE = %s || exit 1; %s'" % (FIRST, self.wait)
        self.kill(self.start(switching(self.root, SECOND, health(asked))))
        self.assert_serves(FIRST)
        self.assertEqual(self.change()["state"], "interrupted")
        reply = self.call(resume, until=None)
        self.assertEqual(reply["outcome"], "undone")
        self.assert_closed()

    def test_a_change_killed_at_every_record_of_its_journal_can_be_ended(self) -> None:
        """What a power loss leaves: any beginning of the journal, beside what was done so far or a little more."""
        self.run_change(SECOND, switching(self.root, SECOND), until="confirm")
        lines = (self.root / "change" / "journal").read_bytes().splitlines(keepends=True)
        kept = self.work / "kept"
        os.rename(str(self.root), str(kept))
        for count in range(1, len(lines)):
            for end in (resume, abandon):
                with self.subTest(records=count, end=end.__name__):
                    shutil.copytree(str(kept), str(self.root), symlinks=True)
                    (self.root / "change" / "journal").write_bytes(b"".join(lines[:count]))
                    reply = self.call(end, until=None)
                    self.assertEqual(reply["outcome"], "proven" if end is resume else "abandoned", reply)
                    self.assert_serves(reply["serving"])
                    self.assert_closed()
                    shutil.rmtree(str(self.root))
        os.rename(str(kept), str(self.root))


def _feed(agent: subprocess.Popen[bytes], data: bytes) -> None:
    assert agent.stdin is not None
    agent.stdin.write(data)
    agent.stdin.close()
    # communicate() would flush it.
    agent.stdin = None
