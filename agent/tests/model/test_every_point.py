"""Every crash point of every way through a change, one after the other; after each, every command that leaves it."""

from __future__ import annotations

import random
from typing import Any, Dict, Iterator, List, Tuple

from conc_agent.change import look

from ..short import load_tests as load_tests
from . import judge, states
from .crash import Ended
from .disk import Moment, Tree
from .world import World, records_of

#: What a fault leaves on the disk. After ``killed`` the machine goes on.
LEFT = ("killed", "lost", "hollow", "torn")
#: After these each command that leaves the state is tried, after the others one of them.
BY_BOTH = ("killed", "lost")


class EveryPoint(World):
    def setUp(self) -> None:
        super().setUp()
        self.seed = random.randrange(1 << 32)
        self.chance = random.Random(self.seed)

    def test_of_a_change_that_is_proven(self) -> None:
        self.every(states.RUN, self.request(self.jobs()), self.beginning, "", LEFT)

    def test_of_a_change_that_is_undone(self) -> None:
        self.every(states.RUN, self.request(self.jobs(fails="warm")), self.beginning, "", LEFT[:1])

    def test_of_one_that_fails_before_the_switch(self) -> None:
        self.every(states.RUN, self.request(self.jobs(fails="ship")), self.beginning, "", LEFT[:1])

    def test_of_going_on_and_of_giving_up_within_the_trial(self) -> None:
        self.begin()
        held = self.call(states.RUN, self.request(self.jobs(), until="switch"))
        marked = self.marks.read_text()
        for command in (states.RESUME, states.ABANDON):
            self.every(command, self.taking(), held.moment.lost(), marked, ("killed", "lost"))

    def every(self, command: str, asked: Dict[str, Any], before: Tree, marks: str, left: Tuple[str, ...]) -> None:
        at, marked = 0, marks
        # What was left of the disk, once the change was there.
        there = set()
        while True:
            self.begin(before, marks)
            ended = self.call(command, asked, at)
            if ended.point is None:
                break
            marked = self.marks.read_text()
            for how, tree in self.left(ended.moment, left):
                said = "seed %d, %s, point %d (%s), %s" % (self.seed, command, at, self.short(ended), how)
                with self.subTest(said):
                    if "change" in tree:
                        there.add(how)
                    elif how in there:
                        self.assertEqual(_lines(tree), _lines(before) + 1, "it went without a word")
                    self.leave(tree, marked, records_of(tree, ended.moment), how)
            if ended.point.startswith(("rename", "fsync")):
                self.guarded(ended.moment.killed(), marked)
            at += 1
        self.assertGreater(at, 30)
        # What was told is there after a power loss too.
        self.begin(ended.moment.lost(), marked)
        assert ended.reply is not None
        judge.ended(self, ended.reply)

    def left(self, moment: Moment, left: Tuple[str, ...]) -> Iterator[Tuple[str, Tree]]:
        """Each different one once."""
        found: List[Tree] = []
        for how in left:
            tree = moment.left(how, self.chance)
            if tree not in found:
                found.append(tree)
                yield how, tree

    def leave(self, tree: Tree, marked: str, records: List[Dict[str, Any]], how: str) -> None:
        """By each command that leaves the state which the fault led to."""
        if how != "killed":
            self.power_returns()
        self.torn = how == "torn"
        state = judge.state_of("change" in tree, records)
        both = (states.RESUME, states.ABANDON)
        for command in both if how in BY_BOTH else (self.chance.choice(both),):
            self.begin(tree, marked)
            judge.judge(self, state, records)
            expected = states.COMMANDS[state][command]
            ended = self.call(command, self.taking())
            if state == states.NONE:
                self.assertEqual(ended.code, expected)
                continue
            if ended.reply is not None and ended.reply["outcome"] == "halted":
                # A job that nobody may repeat: a person looked, and says so.
                self.assertEqual(records[-1]["job"], "ship")
                ended = self.call(command, self.taking(**{self.chance.choice(["done", "again"]): "ship"}))
            self.assertIsNone(ended.code, ended)
            assert ended.reply is not None
            judge.ended(self, ended.reply)
            self.assertIsNone(look.change_record(self.root))
            if expected == "abandoned":
                self.assertEqual(ended.reply["outcome"], "abandoned")

    def guarded(self, tree: Tree, marked: str) -> None:
        """By the guard: from the intent to switch until the confirmation, and while it is undone or closed."""
        self.begin(tree, marked)
        ended = self.call(states.GUARD, self.taking())
        self.assertIsNone(ended.code)
        left = ended.moment.killed()
        records = records_of(left)
        judge.judge(self, judge.state_of("change" in left, records), records)
        begun = {record.get("index") for record in records if record["record"] == "intent"}
        done = {record.get("index") for record in records if record["record"] == "done"}
        if records and not any(record["record"] == "held" for record in records):
            jobs = records[0]["jobs"]
            self.assertTrue(jobs.index("switch") not in begun or jobs.index("confirm") in begun | done)

    def short(self, ended: Ended) -> str:
        return str(ended.point).replace(str(self.root), "")


def _lines(tree: Tree) -> int:
    return tree["history.jsonl"].count(b"\n")
