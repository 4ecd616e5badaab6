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
from unittest import mock

from conc_agent import history, procs
from conc_agent.calls import abandon, resume, run
from conc_agent.calls.survey import survey

from ..controller import Controller, wait_until
from ..making import FIRST, SECOND, RootCase, gate, health, job, make_release, request, switching

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

    def kill(self, agent: subprocess.Popen[bytes], with_guard: bool = False) -> None:
        if with_guard:
            for pid in guards(self.root):
                os.kill(pid, signal.SIGKILL)
            # Its call for the lock may be answered still while it dies, and an agent would seem to run.
            wait_until(lambda: not guards(self.root), "its guard has ended")
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

    def test_within_the_trial_its_guard_undoes(self) -> None:
        self.kill(self.start(switching(self.root, SECOND, health(self.waiting))))
        wait_until(lambda: self.change() is None, "the guard has closed the change")
        self.assert_serves(FIRST)
        last = history.read(self.root).entries[-1]
        self.assertEqual((last["outcome"], last["guard"]), ("undone", "the agent was gone, in job 3, health"))

    def test_an_agent_that_hangs_is_ended_by_its_guard(self) -> None:
        jobs = switching(self.root, SECOND, health(self.waiting))
        jobs[3]["request"]["within"] = 0.5
        agent = self.start(jobs)
        agent.send_signal(signal.SIGSTOP)
        self.assertEqual(agent.wait(), -signal.SIGKILL)
        self.door.touch()
        wait_until(lambda: self.change() is None, "the guard has closed the change")
        self.assert_serves(FIRST)

    def test_a_guard_that_is_killed_too_leaves_it_to_a_person(self) -> None:
        for end, outcome in ((resume, "proven"), (abandon, "abandoned")):
            with self.subTest(outcome=outcome):
                agent = self.start(switching(self.root, SECOND, health(self.waiting)))
                self.kill(agent, with_guard=True)
                self.assert_serves(SECOND)
                self.assertEqual(self.change()["job"], {"index": 3, "name": "health", "of": 5})
                self.assertEqual(self.call(end, until=None)["outcome"], outcome)
                self.inside.unlink()
                self.door.unlink()
                self.run_change(FIRST, switching(self.root, FIRST))

    def test_it_is_abandoned_by_the_agent_that_belongs_to_it(self) -> None:
        """As by a conc of later, whose own way to give up is another."""
        self.run_change(SECOND, switching(self.root, SECOND), until="restart")
        with mock.patch.object(abandon, "give_up", side_effect=AssertionError("another conc's")):
            self.assertEqual(self.call(abandon)["outcome"], "abandoned")
        self.assertIn("undo", self.controller.messages[-1])
        self.assert_serves(FIRST)
        self.assert_closed()

    def test_one_that_was_cut_off_in_its_closing_is_given_up_by_closing_it(self) -> None:
        """It was BLOCKED; giving it up is not."""
        with mock.patch.object(history, "append", side_effect=KeyboardInterrupt):
            blocking = job("gate", {"bytes": 1 << 60, "inodes": 1, "python": {}, "service": "none"}, "preflight")
            blocking["request"]["python"] = {"cacheTag": sys.implementation.cache_tag, "executable": sys.executable}
            with self.assertRaises(KeyboardInterrupt):
                self.run_change(SECOND, [blocking, *switching(self.root, SECOND)])
        self.assertEqual(self.change()["state"], "interrupted")
        self.assertEqual(self.call(abandon)["outcome"], "abandoned")
        self.assertEqual(history.read(self.root).entries[-1]["outcome"], "blocked")
        self.assert_closed()

    def test_an_agent_that_was_altered_on_the_node_is_not_run(self) -> None:
        self.run_change(SECOND, switching(self.root, SECOND), until="restart")
        program = self.root / "change" / "agent.pyz"
        program.write_bytes(program.read_bytes() + b"\0")
        with mock.patch.object(abandon.relay, "call", side_effect=AssertionError("it was run")):
            self.assertEqual(self.call(abandon)["outcome"], "abandoned")
        self.assert_serves(FIRST)

    def test_what_a_person_holds_stays(self) -> None:
        self.assertEqual(self.run_change(SECOND, switching(self.root, SECOND), until="restart")["outcome"], "halted")
        self.assertEqual((self.change()["state"], guards(self.root)), ("halted", []))
        self.assert_serves(SECOND)

    def test_within_the_undo(self) -> None:
        """Health says no to the second release, and the agent is killed while it asks the first one."""
        asked = "sh -c 'test $CONC_RELEASE = %s || exit 1; %s'" % (FIRST, self.wait)
        self.kill(self.start(switching(self.root, SECOND, health(asked))), with_guard=True)
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


def guards(root: Path) -> List[int]:
    return [pid for pid in procs.pids() if procs.command_line(pid).endswith("guard %s" % root)]


def _feed(agent: subprocess.Popen[bytes], data: bytes) -> None:
    assert agent.stdin is not None
    agent.stdin.write(data)
    agent.stdin.close()
    # communicate() would flush it.
    agent.stdin = None
