from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Dict, List, Optional

from conc_agent import durable, history, release, states
from conc_agent.calls import abandon, resume, run
from conc_agent.change import look
from conc_agent.channel import CallError
from conc_agent.env import generations

from ..controller import Controller
from ..making import FIRST, SECOND, gate, job, make_release, request
from .test_generations import CANARY, SecretsCase


def setting(number: int, about: Optional[str], names: List[str], base: Optional[int] = None, *unset: str) -> Any:
    asked = {"generation": number, "base": base, "set": names, "unset": list(unset), "by": "ann@desk", "release": about}
    return job("env", asked)


class SettingTest(SecretsCase):
    def setUp(self) -> None:
        super().setUp()
        self.answer: Optional[Dict[str, Any]] = {"salt": "x", "values": {"TOKEN": CANARY}}
        self.controller.listener = self.give

    def give(self, message: Dict[str, Any]) -> None:
        if message.get("secret") != "env":
            return
        if self.answer is None:
            self.controller.say({"secret": None})
            return
        data = json.dumps(self.answer).encode()
        self.controller.say({"secret": {"size": len(data)}})
        self.controller.send_bytes(data)

    def change(self, jobs: List[Dict[str, Any]], about: str = FIRST) -> Dict[str, Any]:
        return run.serve(self.controller.channel, request(self.root, about, jobs, kind="env"))

    def everything(self) -> Dict[str, str]:
        """What lies under the root, but for the generations; and all that was told."""
        found = {
            str(path.relative_to(self.root)): path.read_bytes().decode("latin-1")
            for path in self.root.rglob("*")
            if path.is_file() and not path.is_symlink() and path.parent != self.root / "env"
        }
        return dict(found, told=json.dumps(self.controller.messages))

    def assert_nowhere(self) -> None:
        self.assertEqual([name for name, text in self.everything().items() if CANARY in text], [])

    def test_where_nothing_serves_they_wait_for_the_first_deploy(self) -> None:
        reply = self.change([setting(1, None, ["TOKEN"])])
        self.assertEqual((reply["outcome"], self.controller.statuses()), ("done", {"env": "OK"}))
        self.assertEqual(generations.values(self.root, 1), {"TOKEN": CANARY})
        self.assertEqual(generations.newest(self.root), 1)
        entry = history.read(self.root).entries[-1]
        self.assertEqual((entry["kind"], entry["release"], entry["by"]), ("env", None, "ann@desk"))
        self.assertEqual(history.next_release(self.root), 1)
        self.assert_closed()
        self.assert_nowhere()

    def test_some_are_set_and_some_taken_away_and_the_others_stay(self) -> None:
        self.add(1, TOKEN="old", KEEP="kept", GO="gone")
        self.change([setting(2, None, ["TOKEN"], 1, "GO")])
        self.assertEqual(generations.values(self.root, 2), {"TOKEN": CANARY, "KEEP": "kept"})
        known = generations.recorded(self.root)[2].names
        self.assertEqual((known["KEEP"]["by"], known["TOKEN"]["by"]), ("ann", "ann@desk"))

    def test_nobody_gives_them(self) -> None:
        self.answer = None
        reply = self.change([setting(1, None, ["TOKEN"])])
        self.assertEqual(reply["outcome"], "failed")
        self.assertEqual(self.controller.done("env")["code"], "env.not-given")
        self.assertEqual(generations.recorded(self.root), {})
        self.assert_closed()

    def test_what_is_no_answer_is_not_shown(self) -> None:
        answers: List[Any] = [
            {"values": {"OTHER": CANARY}},
            {"values": [CANARY]},
            CANARY,
            {"values": {"TOKEN": [CANARY]}},
            {"values": {"TOKEN": CANARY + "\0"}},
        ]
        for answer in answers:
            with self.subTest(repr(answer)):
                self.answer = answer
                self.assertEqual(self.change([setting(1, None, ["TOKEN"])])["outcome"], "failed")
                self.assert_nowhere()
        self.assertEqual(generations.recorded(self.root), {})

    def test_a_controller_that_is_gone_before_it_gave_them(self) -> None:
        make_release(self.root, FIRST)
        self.controller.listener = lambda message: self.controller.leave() if "secret" in message else None
        reply = self.change([setting(1, None, ["TOKEN"]), gate("true")])
        self.assertEqual(reply["outcome"], "halted")
        record = look.change_record(self.root)
        assert record is not None
        self.assertEqual((record["kind"], record["needs"]["wheels"]), ("env", False))
        # Whoever goes on is asked for them anew.
        self.controller = Controller()
        self.controller.listener = self.give
        going = {"root": str(self.root), "by": "bob", "until": None}
        self.assertEqual(resume.serve(self.controller.channel, going)["outcome"], "done")
        self.assertEqual(generations.values(self.root, 1), {"TOKEN": CANARY})
        self.assert_nowhere()

    def test_who_goes_on_after_they_were_written_is_not_asked(self) -> None:
        make_release(self.root, FIRST)
        jobs = [setting(1, None, ["TOKEN"]), gate("true")]
        halted = run.serve(self.controller.channel, request(self.root, FIRST, jobs, until="env", kind="env"))
        self.assertEqual(halted["outcome"], "halted")
        self.assert_nowhere()
        self.answer = None
        going = {"root": str(self.root), "by": "bob", "until": None}
        self.assertEqual(resume.serve(self.controller.channel, going)["outcome"], "done")

    def test_what_was_set_for_a_change_that_is_given_up_goes(self) -> None:
        make_release(self.root, FIRST)
        states.write(self.root, FIRST, states.PROVEN, "ann")
        release.point_current(self.root, FIRST)
        jobs = [setting(1, SECOND, ["TOKEN"]), gate("true")]
        run.serve(self.controller.channel, request(self.root, SECOND, jobs, until="env", kind="env"))
        self.assertEqual(self.files(), ["1.json", "record.json"])
        self.assertEqual(
            abandon.serve(Controller().channel, {"root": str(self.root), "by": "bob"})["outcome"], "abandoned"
        )
        self.assertEqual(self.files(), ["record.json"])

    def test_a_deploy_that_was_planned_with_others_changes_nothing(self) -> None:
        make_release(self.root, FIRST)
        planned = request(self.root, FIRST, [gate("true")])
        planned["expect"]["env"] = None
        self.add(1, TOKEN="a")
        with self.assertRaises(CallError) as raised:
            run.serve(self.controller.channel, planned)
        self.assertEqual(raised.exception.code, "change.moved")
        self.assert_closed()

    def test_what_a_command_says_of_them_is_masked_wherever_it_is_kept(self) -> None:
        self.add(1, TOKEN=CANARY)
        record = make_release(self.root, FIRST)
        durable.write_json(self.root / "releases" / FIRST / "release.json", dict(record, env=1))
        says = "sh -c 'echo it has $TOKEN; test -z \"$TOKEN\"'"
        reply = self.run_change(FIRST, [gate(says)])
        self.assertEqual(reply["outcome"], "failed")
        self.assertEqual(self.controller.done("gate")["evidence"], ["| it has ***"])
        self.assert_nowhere()

    def test_no_command_runs_without_what_its_release_names(self) -> None:
        record = make_release(self.root, FIRST)
        durable.write_json(self.root / "releases" / FIRST / "release.json", dict(record, env=7))
        marked = Path(str(self.work)) / "ran"
        self.run_change(FIRST, [gate("touch %s" % marked)])
        self.assertEqual(self.controller.done("gate")["code"], "env.unreadable")
        self.assertFalse(os.path.exists(str(marked)))
