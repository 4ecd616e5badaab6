"""A random walk: changes that are run, halted, taken over and cut off anywhere, on a disk that forgets.

Wherever it stands the model says what is told, and some command leads out; in the end the way is free for another.
"""

from __future__ import annotations

import os
import random
from typing import Callable, List, Optional, Tuple

from conc_agent.change import look

from ..short import load_tests as load_tests
from . import judge, states
from .crash import Ended
from .world import Record, World, events_of, records_of

#: More of them: CONC_TEST_WALKS=1000. One again: CONC_TEST_SEED=….
WALKS, STEPS = int(os.environ.get("CONC_TEST_WALKS", "40")), 4
HOW = ("killed", "killed", "lost", "hollow", "torn", "mixed")


class RandomWalk(World):
    def test_no_state_is_found_that_no_command_leaves(self) -> None:
        given = os.environ.get("CONC_TEST_SEED")
        for number in range(WALKS):
            seed = int(given) if given else random.randrange(1 << 32)
            self.walked: List[str] = []
            try:
                self.walk(random.Random(seed))
            except AssertionError as error:
                said = "CONC_TEST_SEED=%d, walk %d: %s" % (seed, number, "; ".join(self.walked))
                raise AssertionError(said) from error

    def walk(self, chance: random.Random) -> None:
        self.begin()
        self.chance, self.torn = chance, False
        self.state, self.records = states.NONE, []
        for _ in range(STEPS):
            if chance.random() < 0.85:
                self.step(chance.randrange(90))
            else:
                self.step(-1)
        for _ in range(6):
            if self.state == states.NONE:
                break
            self.step(-1, self.lead_out)
        self.assertEqual(self.state, states.NONE, "it was not left")
        self.assertIsNone(look.change_record(self.root))
        # The way is free: what is left of others' beginnings and ends is swept.
        ended = self.call(states.RUN, self.request(self.jobs()))
        assert ended.reply is not None, ended
        self.assertEqual(ended.reply["outcome"], "proven")
        judge.ended(self, ended.reply)
        self.assert_closed()

    def step(self, at: int, choose: Optional[Callable[[], Tuple[str, Record]]] = None) -> None:
        """Some command, killed at a point or not, and what it led to."""
        command, asked = (choose or self.choose)()
        ended = self.call(command, asked, at)
        how = "killed" if ended.point is None else self.chance.choice(HOW)
        where = "" if ended.point is None else " until %s, %s" % (ended.point.replace(str(self.root), ""), how)
        self.walked.append(command + where)
        before, former = self.state, [record["id"] for record in self.records[:1]]
        tree = ended.moment.left(how, self.chance)
        self.records = records_of(tree, ended.moment)
        if how != "killed":
            self.power_returns()
        self.torn = self.torn or how in ("torn", "mixed")
        self.begin(tree, self.marks.read_text())
        self.state = judge.state_of("change" in tree, self.records)
        judge.judge(self, self.state, self.records)
        for change in former:
            if self.state == states.NONE or self.records[0]["id"] != change:
                judge.in_history(self, change)
        if ended.point is None:
            self.expect(before, command, ended)

    def choose(self) -> Tuple[str, Record]:
        chance = self.chance
        if self.state == states.NONE:
            jobs = self.jobs(fails=chance.choice(["", "", "gate", "ship", "warm"]))
            until = chance.choice([None, None, "gate", "ship", "switch", "health", "confirm"])
            return states.RUN, self.request(jobs, until)
        if chance.random() < 0.25:
            return states.GUARD, self.taking()
        if chance.random() < 0.1:
            return states.RUN, self.request(self.jobs())
        return self.lead_out()

    def lead_out(self) -> Tuple[str, Record]:
        """One of the two commands that a change ends by."""
        chance = self.chance
        if chance.random() < 0.5:
            return states.ABANDON, self.taking()
        last = self.records[-1]
        if last.get("job") == "ship" or "ship was cut off" in last.get("why", ""):
            return states.RESUME, self.taking(**{chance.choice(["done", "again"]): "ship"})
        return states.RESUME, self.taking()

    def expect(self, before: str, command: str, ended: Ended) -> None:
        """It came to its end: as the table of commands has it."""
        if command == states.GUARD:
            # It undoes a switch that nobody confirmed, and leaves alone whatever else it finds.
            self.assertIn(self.state, (states.NONE, states.BROKEN, before))
            return
        expected = states.COMMANDS[before][command]
        code = ended.code or (ended.reply or {}).get("code")
        if expected.startswith("change."):
            self.assertEqual(code, expected)
        elif code is not None:
            # The plan was made before a left-over was finished, and it may have undone what the plan rests on.
            self.assertEqual((code, before), ("change.moved", states.CLOSING_CUT_OFF))
        else:
            assert ended.reply is not None
            told = {"halted": states.HALTED, "broken": states.BROKEN}.get(ended.reply["outcome"], states.NONE)
            self.assertEqual(self.state, told, (ended.reply, events_of(self.records)))
