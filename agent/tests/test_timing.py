from __future__ import annotations

import subprocess
import sys
import time
import unittest
from typing import Any, Dict, List

from conc_agent import timing
from conc_agent.calls import timed
from conc_agent.change.job_context import ControllerGone
from conc_agent.frames import CLOSE

from tests.making import FIRST, RootCase, gate, make_release, request, switching
from tests.node import Node, source

Told = List[Dict[str, Any]]


def spans_of(told: Told) -> List[Dict[str, Any]]:
    return [span for message in told for span in message.get("spans", [])]


class SpanTest(unittest.TestCase):
    def setUp(self) -> None:
        self.told: Told = []

    def names(self) -> List[Any]:
        return [(span["name"], span["depth"]) for span in spans_of(self.told)]

    def test_nothing_is_told_to_who_did_not_ask(self) -> None:
        with timing.asked(self.told.append):
            pass
        with timing.span("unpack"):
            pass
        self.assertEqual(self.told, [])

    def test_inner_ones_come_with_the_one_that_they_lie_in(self) -> None:
        with timing.asked(self.told.append), timing.span("run"):
            with timing.span("deliver"), timing.span("receive"):
                self.assertEqual(self.told, [])
            self.assertEqual(self.names(), [("receive", 2), ("deliver", 1)])
            with timing.span("install"):
                pass
        self.assertEqual(self.names(), [("receive", 2), ("deliver", 1), ("install", 1), ("run", 0)])
        self.assertEqual([len(message["spans"]) for message in self.told], [2, 1, 1])

    def test_each_lies_within_the_one_around_it_and_was_told_after_it_ended(self) -> None:
        with timing.asked(self.told.append), timing.span("run"), timing.span("deliver"), timing.span("receive"):
            pass
        inner, middle, outer = spans_of(self.told)
        self.assertLessEqual(outer["start"], middle["start"])
        self.assertLessEqual(middle["start"], inner["start"])
        self.assertLessEqual(inner["end"], middle["end"])
        self.assertLessEqual(middle["end"], outer["end"])
        self.assertGreaterEqual(self.told[-1]["clock"], outer["end"])

    def test_cpu_time_is_the_agents_own_and_that_of_its_programs_apart(self) -> None:
        busy = "import time\nwhile time.process_time() < 0.15: pass"
        with timing.asked(self.told.append), timing.span("run"):
            with timing.span("own"):
                until = time.process_time() + 0.05
                while time.process_time() < until:
                    pass
            with timing.span("program"):
                subprocess.run([sys.executable, "-I", "-S", "-c", busy], check=True)
        own, program, _ = spans_of(self.told)
        self.assertGreaterEqual(own["cpu"], 0.05)
        self.assertEqual(own["programs"], 0)
        self.assertGreaterEqual(program["programs"], 0.15)
        self.assertLess(program["cpu"], program["programs"])

    def test_what_raises_is_told_too(self) -> None:
        asked = timing.asked(self.told.append)
        with self.assertRaises(ControllerGone), asked, timing.span("run"), timing.span("deliver"):
            raise ControllerGone("it is gone")
        self.assertEqual(self.names(), [("deliver", 1), ("run", 0)])


class ChangeTest(RootCase):
    def test_every_job_of_a_change_has_its_span_and_its_intent(self) -> None:
        make_release(self.root, FIRST)
        asked = request(self.root, FIRST, switching(self.root, FIRST))
        reply = timed.serve(self.controller.channel, {"call": "run", "request": asked})
        self.assertEqual(reply["outcome"], "proven")
        told = [message["timings"] for message in self.controller.messages if "timings" in message]
        self.assertLessEqual(told[0]["born"], told[0]["clock"])
        spans = spans_of(told)
        outer = [span["name"] for span in spans if span["depth"] == 1]
        jobs = ["switch", "restart", "health", "confirm", "prune"]
        self.assertEqual(outer, ["code", "code", "open", *jobs, "close"])
        self.assertEqual([span["name"] for span in spans if span["depth"] == 2].count("intent"), len(jobs))
        self.assertEqual((spans[-1]["name"], spans[-1]["depth"]), ("run", 0))

    def test_an_undo_has_one_too(self) -> None:
        make_release(self.root, FIRST)
        jobs = switching(self.root, FIRST, asked={**gate("false")["request"]})
        timed.serve(self.controller.channel, {"call": "run", "request": request(self.root, FIRST, jobs)})
        told = [message["timings"] for message in self.controller.messages if "timings" in message]
        self.assertIn("undo", [span["name"] for span in spans_of(told)])


class CallTest(unittest.TestCase):
    def test_a_call_that_fails_fails_as_it_would_by_itself(self) -> None:
        with Node() as node:
            node.banner()
            node.heard()
            node.module("calls", "", package=True)
            node.module("timing", source("timing"))
            node.module("calls.timed", source("calls/timed"))
            node.module("calls.late", "def serve(channel, request):\n    return [][request]\n")
            node.tell({"call": "timed", "channel": 1, "request": {"call": "late", "request": 3}})
            keys = [sorted(node.heard()[1]["timings"]) for _ in range(3)]
            self.assertEqual(keys, [["born", "clock", "cpu"], ["clock", "spans"], ["clock", "spans"]])
            frame = node.frame()
            self.assertEqual(frame.kind, CLOSE)
            self.assertIn(b"IndexError", frame.payload)


if __name__ == "__main__":
    unittest.main()
