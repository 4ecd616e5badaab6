"""Following a change from beside it, whoever runs it."""

from __future__ import annotations

import errno
import json
import os
from typing import Any, Dict, List
from unittest import mock

from conc_agent.calls import follow, resume, run
from conc_agent.calls.survey import survey
from conc_agent.change import events
from conc_agent.channel import Channel

from ..controller import Controller, in_background, wait_until
from ..making import FIRST, RootCase, gate, make_release, request, switching
from .test_own_jobs import application, own


class FollowTest(RootCase):
    def setUp(self) -> None:
        super().setUp()
        make_release(self.root, FIRST)
        self.follower = Controller()

    def follow(self, **more: Any) -> Dict[str, Any]:
        return follow.serve(self.follower.channel, dict(more, root=str(self.root)))

    def begin(self) -> Any:
        """A change whose first job waits for a file."""
        waiting = gate("sh -c 'until test -e %s/go; do sleep 0.02; done'" % self.root, timeout=60)
        asked = request(self.root, FIRST, [waiting, *switching(self.root, FIRST)])
        running = in_background(lambda: run.serve(self.controller.channel, asked))
        wait_until(lambda: any(message.get("state") == "start" for message in self.controller.messages), "it runs")
        return running

    def told(self) -> List[Any]:
        return [(one["event"].get("job"), one["event"].get("state")) for one in self.follower.messages]

    def go(self) -> None:
        (self.root / "go").touch()

    def test_nothing_to_follow(self) -> None:
        self.assertEqual(self.follow(), {"change": None, "why": None, "entry": None, "current": None})
        self.assertEqual(self.follower.messages, [])

    def test_until_it_has_ended_then_how(self) -> None:
        running = self.begin()
        following = in_background(self.follow)
        wait_until(lambda: self.told() == [("gate", "start")], "the beginning is told")
        self.go()
        running.join()
        end = following.join()
        self.assertEqual((end["change"], end["entry"]["outcome"], end["current"]), (None, "proven", FIRST))
        told = [one for one in self.told() if one[1]]
        jobs = ("gate", "switch", "restart", "health", "confirm", "prune")
        self.assertEqual(told, [(job, state) for job in jobs for state in ("start", "done")])
        done = next(one["event"] for one in self.follower.messages if one["event"].get("state") == "done")
        self.assertEqual((done["status"], done["index"]), ("OK", 1))

    def test_one_whose_controller_is_lost_until_it_halts(self) -> None:
        running = self.begin()
        self.assertEqual(survey(self.root, "none")["change"]["controller"], "live")
        self.controller.leave()
        wait_until(lambda: survey(self.root, "none")["change"]["controller"] == "lost", "the loss is told")
        following = in_background(lambda: self.follow(**{"from": "job"}))
        wait_until(lambda: self.told() == [("gate", "start")], "the running job is told from its start")
        self.go()
        self.assertEqual(running.join()["outcome"], "halted")
        end = following.join()
        self.assertEqual((end["change"]["state"], end["change"]["controller"]), ("halted", None))
        self.assertEqual((end["why"], end["entry"]), ("the controller went away", None))
        self.assertEqual(self.told()[-1], ("gate", "done"))

        offset = self.follower.messages[-1]["offset"]
        self.follower = Controller()
        self.follow(**{"from": offset})
        self.assertEqual(self.told(), [("gate", "done")])

        self.controller = Controller()
        resume.serve(self.controller.channel, {"root": str(self.root), "by": "bob@desk"})
        self.assert_closed()

    def test_who_follows_may_leave(self) -> None:
        running = self.begin()
        following = in_background(self.follow)
        wait_until(lambda: self.told() == [("gate", "start")], "it is followed")
        self.follower.leave()
        self.assertEqual(following.join()["change"]["state"], "running")
        self.go()
        self.assertEqual(running.join()["outcome"], "proven")

    def test_a_torn_line_is_passed_over(self) -> None:
        self.run_change(FIRST, [gate("true"), *switching(self.root, FIRST)], until="gate")
        with open(str(self.root / "change" / events.NAME), "ab") as file:
            file.write(b'{"job":"ga')
        resume.serve(self.controller.channel, {"root": str(self.root), "by": "bob@desk", "until": "switch"})
        self.follow()
        states = ("start", "done")
        self.assertEqual(self.told(), [(job, state) for job in ("gate", "switch") for state in states])


class KeptTest(RootCase):
    def tell(self, *messages: Dict[str, Any]) -> List[Dict[str, Any]]:
        told = events.Events(self.root, self.controller.channel)
        for message in messages:
            told.tell(message)
        told.close()
        self.assertEqual(self.controller.messages, list(messages))
        path = self.root / events.NAME
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def test_progress_is_thinned(self) -> None:
        progress = {"job": "install", "progress": {"done": 1, "total": 2, "unit": "files"}}
        start = {"job": "install", "index": 1, "state": "start"}
        kept = self.tell(progress, progress, start, progress, progress)
        self.assertEqual(["progress" in one for one in kept], [True, False, True])

    def test_it_has_a_bound_that_ends_of_jobs_pass(self) -> None:
        log = {"job": "own", "log": {"message": "x" * 1000}}
        with mock.patch.object(events, "BOUND", 3000):
            kept = self.tell(*[log] * 9, {"job": "own", "index": 1, "state": "done"}, {"undo": "OK"}, log)
        self.assertEqual(["log" in one for one in kept], [True, True, True, False, False])

    def test_a_disk_without_room_is_no_concern_of_the_change(self) -> None:
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        with mock.patch.object(os, "write", side_effect=full):
            self.assertEqual(self.tell({"job": "own", "state": "start"}), [])

    def test_a_secret_is_masked_before_it_gets_here(self) -> None:
        self.controller.when(secret="sudo")(lambda: self.controller.say({"secret": "open sesame"}))
        asked = dict(
            request(self.root, FIRST, [own("tattle", 3, sudo=True), own("drop", 1, sudo=True)]),
            application=application(self.root),
        )
        kept: List[bytes] = []
        remember = Channel.send

        def send(channel: Channel, message: Dict[str, Any]) -> None:
            if message.get("state") == "done":
                kept.append((self.root / "change" / events.NAME).read_bytes())
            remember(channel, message)

        with mock.patch.object(Channel, "send", send):
            run.serve(self.controller.channel, asked)
        self.assertEqual(kept[1].count(b"it is ***"), 2)
        self.assertIn(b"dropped ***", kept[1])
        self.assertNotIn(b"sesame", kept[1])
