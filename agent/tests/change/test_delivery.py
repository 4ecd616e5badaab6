"""A job that needs the controller: deliver, with real wheels over a real channel."""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path
from typing import Any, Dict, List, Optional

from conc_agent.calls import resume
from conc_agent.install.contents import canonical

from ..controller import Controller
from ..install.local import contents_of, entry_of
from ..install.making import make_wheel
from ..making import FIRST, RootCase, job, make_release, switching


class DeliveryTest(RootCase):
    def setUp(self) -> None:
        super().setUp()
        make_release(self.root, FIRST)
        folder = self.work / "wheels"
        folder.mkdir()
        self.wheels = [
            make_wheel(folder, name, {name + "/__init__.py": b"x = 1\n" * 50_000}) for name in ("one", "two")
        ]
        self.by_digest = {entry_of(path)["sha256"]: path for path in self.wheels}
        self.jobs = [
            job("deliver", {"wheels": [entry_of(path) for path in self.wheels], "acceptDrift": True}),
            *switching(self.root, FIRST),
        ]

    def give(
        self, controller: Controller, wanted: List[str], start: Optional[int] = None, end: Optional[int] = None
    ) -> None:
        for digest in wanted:
            path: Path = self.by_digest[digest]
            contents = zlib.compress(canonical(contents_of(path)))
            header = {"wheel": digest, "size": path.stat().st_size, "list": len(contents)}
            controller.say(header if start is None else {**header, "from": start})
            controller.send_bytes(contents)
            data = path.read_bytes()[start:end]
            for at in range(0, len(data), 100):
                controller.send_bytes(data[at : at + 100])

    def answering(self, controller: Controller) -> Controller:
        def listen(message: Dict[str, Any]) -> None:
            if "want" in message:
                self.give(controller, message["want"])

        controller.listener = listen
        return controller

    def resume(self, controller: Controller) -> Dict[str, Any]:
        return resume.serve(controller.channel, {"root": str(self.root), "by": "bob@desk", "until": None})

    def test_wheels_come_in_the_order_asked(self) -> None:
        self.answering(self.controller)
        reply = self.run_change(FIRST, self.jobs)
        self.assertEqual(reply["outcome"], "proven")
        wants = [message for message in self.controller.messages if "want" in message]
        self.assertEqual(wants, [{"job": "deliver", "want": list(self.by_digest)}])
        self.assertIn("2 of 2 wheels are new", self.controller.done("deliver")["text"])

    def test_a_controller_that_goes_away_leaves_it_halted_and_another_goes_on(self) -> None:
        first, second = self.by_digest

        def leave_after_one(message: Dict[str, Any]) -> None:
            if "want" in message:
                self.give(self.controller, [first])
                self.controller.leave()

        self.controller.listener = leave_after_one
        reply = self.run_change(FIRST, self.jobs)
        self.assertEqual((reply["outcome"], reply["job"], reply["current"]), ("halted", "deliver", None))
        self.assertIn("the controller went away, and deliver needs it", reply["state"])
        self.assertEqual(list(self.root.glob("store/*")), [], "nothing goes on once the lock is let go")
        other = self.answering(Controller())
        self.assertEqual(self.resume(other)["outcome"], "proven")
        self.assertEqual([message["want"] for message in other.messages if "want" in message], [[second]])
        self.assert_serves(FIRST)

    def cut_off_in_the_first(self) -> Dict[str, Any]:
        """After 200 bytes of it. Returns what the node holds then, as it tells the next controller."""
        first = next(iter(self.by_digest))

        def leave_within(message: Dict[str, Any]) -> None:
            if "want" in message:
                self.give(self.controller, [first], end=200)
                self.controller.leave()

        self.controller.listener = leave_within
        self.assertEqual(self.run_change(FIRST, self.jobs)["outcome"], "halted")
        begun = self.by_digest[first].read_bytes()[:200]
        return {first: {"size": 200, "sha256": hashlib.sha256(begun).hexdigest()}}

    def test_a_wheel_that_came_in_part_goes_on_where_it_was_cut_off(self) -> None:
        held = self.cut_off_in_the_first()
        first, second = self.by_digest
        other = Controller()

        def give_the_rest(message: Dict[str, Any]) -> None:
            if "want" in message:
                self.give(other, [first], start=200)
                self.give(other, [second])

        other.listener = give_the_rest
        self.assertEqual(self.resume(other)["outcome"], "proven")
        wants = [message for message in other.messages if "want" in message]
        self.assertEqual(wants, [{"job": "deliver", "want": [first, second], "held": held}])
        self.assertIn("200 bytes were here of an upload that was cut off", other.done("deliver")["text"])

    def test_where_the_controller_says_so_it_begins_anew(self) -> None:
        self.cut_off_in_the_first()
        other = self.answering(Controller())
        self.assertEqual(self.resume(other)["outcome"], "proven")
        self.assertNotIn("cut off", other.done("deliver")["text"])

    def test_a_start_that_is_not_what_is_held_is_an_error(self) -> None:
        self.cut_off_in_the_first()
        other = Controller()
        other.listener = lambda message: self.give(other, message["want"], start=100) if "want" in message else None
        self.assertEqual(self.resume(other)["outcome"], "failed")
        self.assertEqual(other.done("deliver")["code"], "protocol.delivery")

    def test_a_halt_that_comes_before_the_wheels_waits_for_their_end(self) -> None:
        def halt_and_give(message: Dict[str, Any]) -> None:
            if "want" in message:
                self.controller.say({"halt": True})
                self.give(self.controller, message["want"])

        self.controller.listener = halt_and_give
        reply = self.run_change(FIRST, self.jobs)
        self.assertEqual((reply["outcome"], self.controller.statuses()), ("halted", {"deliver": "OK"}))

    def test_what_it_began_ends_with_the_holding_of_the_lock(self) -> None:
        self.answering(self.controller)
        self.assertEqual(self.run_change(FIRST, self.jobs, until="deliver")["outcome"], "halted")
        self.assertEqual(list(self.root.glob("store/*")), [])
        other = self.answering(Controller())
        self.assertEqual(self.resume(other)["outcome"], "proven")
        self.assertEqual(list(self.root.glob("store/*")), [])

    def test_a_cancel_ends_it_and_takes_away_what_was_staged(self) -> None:
        self.controller.when(job="deliver", state="start")(lambda: self.controller.say({"cancel": True}))
        reply = self.run_change(FIRST, self.jobs)
        self.assertEqual((reply["outcome"], self.controller.done("deliver")["text"]), ("failed", "cancelled"))
        self.assert_closed()

    def test_a_list_that_is_cut_or_garbled_is_an_error(self) -> None:
        first = next(iter(self.by_digest))
        for sent in (zlib.compress(b"[]" * 50)[:-1], b"[]"):
            with self.subTest(sent):
                controller = self.controller = Controller()

                def send(message: Dict[str, Any], controller: Controller = controller, sent: bytes = sent) -> None:
                    if "want" in message:
                        controller.say({"wheel": first, "size": 1, "list": len(sent)})
                        controller.send_bytes(sent)

                controller.listener = send
                self.assertEqual(self.run_change(FIRST, self.jobs)["outcome"], "failed")
                done = controller.done("deliver")
                self.assertEqual((done["status"], done["code"]), ("ERROR", "protocol.delivery"))
                self.assertIn(first, done["text"])
                self.assert_closed()

    def test_another_wheel_than_the_one_asked_for_is_an_error(self) -> None:
        self.controller.listener = lambda message: (
            self.controller.say({"wheel": "0" * 64, "size": 1, "list": 1}) if "want" in message else None
        )
        reply = self.run_change(FIRST, self.jobs)
        done = self.controller.done("deliver")
        self.assertEqual((reply["outcome"], done["status"], done["code"]), ("failed", "ERROR", "protocol.delivery"))
