"""The model by itself, its page, and each of its commands in each of its states on a real root."""

from __future__ import annotations

import unittest
from pathlib import Path
from typing import Dict, List, Tuple

from conc_agent.calls import halt
from conc_agent.change import look
from conc_agent.channel import CallError

from ..controller import Controller
from ..short import load_tests as load_tests
from . import judge, states
from .crash import Ended
from .disk import Tree
from .states import CRASH
from .world import Record, World, records_of

PAGE = Path(__file__).resolve().parents[3] / "docs" / "explanation" / "the-change.md"


class ModelTest(unittest.TestCase):
    def test_every_state_is_reached_and_left(self) -> None:
        after = {state for (before, _), state in states.TRANSITIONS.items() if before != state}
        before = {before for (before, _), state in states.TRANSITIONS.items() if before != state}
        self.assertEqual(after, set(states.STATES))
        self.assertEqual(before, set(states.STATES))

    def test_every_state_that_nobody_holds_is_left_by_a_command(self) -> None:
        for name, state in states.STATES.items():
            if not state.held and name != states.NONE:
                for command in (states.RESUME, states.ABANDON):
                    self.assertIn(states.COMMANDS[name][command], ("resumed", "abandoned", states.FINISHES))

    def test_every_state_leads_to_none(self) -> None:
        leads = {states.NONE}
        while True:
            more = {before for (before, _), state in states.TRANSITIONS.items() if state in leads} | leads
            if more == leads:
                break
            leads = more
        self.assertEqual(leads, set(states.STATES))

    def test_the_page_shows_it(self) -> None:
        text = PAGE.read_text(encoding="utf-8")
        for table in (_states(), _transitions(), _commands()):
            self.assertIn("\n".join(table), text)


class CommandTest(World):
    def test_each_command_in_each_state_that_nobody_holds(self) -> None:
        for state, (tree, marked) in self.states().items():
            for command in (states.RUN, states.RESUME, states.ABANDON):
                with self.subTest(state=state, command=command):
                    self.begin(tree, marked)
                    judge.judge(self, state, records_of(tree))
                    ended = self.call(command, self.asked(command))
                    expected = states.COMMANDS[state][command]
                    code = ended.code or (ended.reply or {}).get("code")
                    self.assertEqual(code, expected if expected.startswith("change.") else None)
                    self.came_to(expected, ended)
            self.begin(tree, marked)
            with self.assertRaises(CallError) as raised:
                halt.serve(Controller().channel, {"root": str(self.root), "by": "bob@desk"})
            self.assertEqual(raised.exception.code, states.COMMANDS[state][states.HALT])

    def test_while_an_agent_runs_all_others_are_blocked(self) -> None:
        for state, fails in ((states.RUNNING, ""), (states.UNDOING, "warm"), (states.CLOSING, "gate")):
            with self.subTest(state=state):
                at = self.point(state, fails)
                self.begin()
                agent = self.agent(states.RUN, self.request(self.jobs(fails)), at)
                self.assertTrue(agent.wait_for_point())
                judged = look.change_record(self.root)
                self.assertEqual(judged and judged["state"], states.STATES[state].told)
                for command in (states.RUN, states.RESUME, states.ABANDON):
                    ended = self.call(command, self.asked(command))
                    self.assertEqual((ended.reply or {}).get("code"), states.COMMANDS[state][command])
                halted = halt.serve(Controller().channel, {"root": str(self.root), "by": "bob@desk"})
                self.assertEqual(halted["change"]["state"], "running")
                agent.go_on()
                self.assertIsNone(agent.end().code)

    def asked(self, command: str) -> Record:
        return self.request(self.jobs()) if command == states.RUN else self.taking()

    def came_to(self, expected: str, ended: Ended) -> None:
        outcome = (ended.reply or {}).get("outcome")
        if expected.startswith("change."):
            self.assertIn(outcome, (None, "blocked"))
        elif expected == "resumed":
            # An undo that failed is tried again, and fails again: it stays for a person to mend, or to give up.
            self.assertIn(outcome, ("proven", "undone", "broken"))
        elif expected == "abandoned":
            self.assertIn(outcome, ("abandoned", "broken"))
        else:
            self.assertEqual(outcome, "proven")
        stays = outcome == "blocked" or (expected == "resumed" and outcome == "broken")
        self.assertEqual(look.change_record(self.root) is not None, stays)

    def states(self) -> Dict[str, Tuple[Tree, str]]:
        """A root in each state that nobody holds, and what its jobs have done."""
        found = {states.NONE: (self.beginning, "")}
        for state, asked, until in ((states.HALTED, None, "switch"), (states.BROKEN, "false", None)):
            self.begin()
            held = self.call(states.RUN, self.request(self.jobs("", asked), until))
            found[state] = held.moment.killed(), self.marks.read_text()
        for state, cut in ((state, after) for (state, event), after in states.TRANSITIONS.items() if event == CRASH):
            fails = "warm" if state == states.UNDOING else ""
            at = self.point(state, fails)
            self.begin()
            killed = self.call(states.RUN, self.request(self.jobs(fails)), at)
            found[cut] = killed.moment.killed(), self.marks.read_text()
        return found

    def point(self, state: str, fails: str) -> int:
        """The first crash point in a state, past what opens the change."""
        for at in range(30, 200):
            self.begin()
            ended = self.call(states.RUN, self.request(self.jobs(fails)), at)
            records = records_of(ended.moment.killed())
            if records and states.follow([record["record"] for record in records]) == state:
                return at
        raise AssertionError("no crash point is in the state %s" % state)


def _states() -> List[str]:
    rows = [
        "| %s | %s | %s | %s |" % (name, state.told or "nothing", "yes" if state.held else "no", state.meaning)
        for name, state in states.STATES.items()
    ]
    return ["| state | `status` tells | locked | what is so |", "| --- | --- | --- | --- |", *rows]


def _transitions() -> List[str]:
    """One row for each state and where it leads: the events that lead there."""
    leads: Dict[Tuple[str, str], List[str]] = {}
    for (before, event), after in states.TRANSITIONS.items():
        leads.setdefault((before, after), []).append(event)
    rows = ["| %s | %s | %s |" % (before, ", ".join(events), after) for (before, after), events in leads.items()]
    return ["| from | by | to |", "| --- | --- | --- |", *rows]


def _commands() -> List[str]:
    commands = (states.RUN, states.RESUME, states.ABANDON, states.HALT)
    rows = [
        "| %s | %s |" % (name, " | ".join(states.COMMANDS[name][command] for command in commands))
        for name in states.STATES
    ]
    return [
        "| state | %s |" % " | ".join("`%s`" % command for command in commands),
        "| --- | --- | --- | --- | --- |",
        *rows,
    ]
