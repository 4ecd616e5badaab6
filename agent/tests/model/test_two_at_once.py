"""Two agents that meet: one waits at each of its points in turn while others work, then it goes on."""

from __future__ import annotations

from typing import Optional

from ..short import load_tests as load_tests
from . import judge, states
from .crash import Ended
from .world import Record, World

#: Points of a command that takes a change, until it has its lock; of one that opens its own; and one within a change.
TAKES, OPENS, INSIDE = 6, 32, 50


class TwoAtOnce(World):
    def test_who_waits_for_a_lock_never_gets_another_change(self) -> None:
        """One gives up a change; before it has the lock, another gives it up and a third opens its own, and runs."""
        met = 0
        for at in range(TAKES):
            for command in (states.ABANDON, states.RESUME):
                with self.subTest(at=at, command=command):
                    self.begin()
                    self.call(states.RUN, self.request(self.jobs(), until="ship"))
                    slow = self.agent(command, self.taking(), at)
                    if not slow.wait_for_point():
                        continue
                    if _outcome(self.call(states.ABANDON, self.taking())) == "blocked":
                        # It had the lock already.
                        slow.go_on()
                        self.assertIn(_outcome(slow.end()), ("abandoned", "proven"))
                        continue
                    met += 1
                    self.marks.write_text("")
                    runs = self.agent(states.RUN, self.request(self.jobs()), INSIDE)
                    self.assertTrue(runs.wait_for_point())
                    slow.go_on()
                    late = slow.end()
                    self.assertEqual((late.reply or {}).get("code"), "change.running", late)
                    runs.go_on()
                    proven = runs.end().reply
                    assert proven is not None
                    self.assertEqual(proven["outcome"], "proven", proven)
                    judge.ended(self, proven)
        self.assertGreater(met, 0)

    def test_of_two_that_open_one_gets_it(self) -> None:
        """The first is stopped at every point of its way into the change; the second runs to its end meanwhile."""
        for at in range(OPENS):
            with self.subTest(at=at):
                self.begin()
                first = self.agent(states.RUN, self.request(self.jobs(), until="ship"), at)
                self.assertTrue(first.wait_for_point())
                second = self.call(states.RUN, self.request(self.jobs()))
                first.go_on()
                outcomes = _outcome(first.end()), _outcome(second)
                self.assertIn(outcomes, [("halted", "blocked"), ("change.moved", "proven")], second)
                if outcomes[0] == "halted":
                    reply = self.call(states.ABANDON, self.taking()).reply
                    self.assertEqual(reply and reply["outcome"], "abandoned")
                judge.judge(self, states.NONE, [])
                self.assert_closed()

    def test_who_is_late_to_sweep_takes_nothing_of_another(self) -> None:
        """A left-over that both would sweep, and a folder that one has just made."""
        for at in range(12):
            with self.subTest(at=at):
                self.begin()
                self.left_over()
                first = self.agent(states.RUN, self.request(self.jobs(), until="ship"), at)
                self.assertTrue(first.wait_for_point())
                second = self.agent(states.RUN, self.request(self.jobs(), until="ship"), 20)
                self.assertTrue(second.wait_for_point())
                first.go_on()
                one = _outcome(first.end())
                second.go_on()
                self.assertEqual((one, _outcome(second.end())), ("halted", "blocked"))
                reply = self.call(states.ABANDON, self.taking()).reply
                self.assertEqual(reply and reply["outcome"], "abandoned")
                self.assert_closed()

    def left_over(self) -> None:
        asked: Record = self.request(self.jobs())
        ended = self.call(states.RUN, asked, 20)
        self.assertIsNotNone(ended.point)


def _outcome(ended: Ended) -> Optional[str]:
    return ended.code if ended.reply is None else ended.reply["outcome"]
