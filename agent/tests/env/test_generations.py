from __future__ import annotations

import os
import stat
from typing import Any, Dict, List, Optional

from conc_agent import durable, states
from conc_agent.calls.drift import serve as drift
from conc_agent.calls.env import serve as listed
from conc_agent.calls.survey import survey
from conc_agent.channel import CallError
from conc_agent.env import generations, given
from conc_agent.env.mask import Mask
from conc_agent.env.names import check

from ..controller import Controller
from ..making import FIRST, SECOND, THIRD, RootCase, make_release

CANARY = "canary-0fc6a1"


class SecretsCase(RootCase):
    def add(self, number: int, about: Optional[str] = None, **values: str) -> None:
        names = {name: {"since": "then", "by": "ann"} for name in values}
        generations.add(self.root, number, values, names, "ann@desk", about)

    def names(self, name: str, number: Optional[int], state: str = states.PROVEN) -> None:
        """A release that names a generation."""
        record = make_release(self.root, name)
        if number is not None:
            durable.write_json(self.root / "releases" / name / "release.json", dict(record, env=number))
        states.write(self.root, name, state, "ann")

    def files(self) -> List[str]:
        return sorted(os.listdir(str(self.root / "env")))


class GenerationsTest(SecretsCase):
    def test_nothing_was_ever_set(self) -> None:
        self.assertIsNone(generations.newest(self.root))
        self.assertEqual(generations.next_number(self.root), 1)
        self.assertEqual(generations.sweep(self.root), [])
        self.assertIsNone(survey(self.root, "none")["env"])

    def test_nobody_else_may_read_them_whatever_the_umask(self) -> None:
        before = os.umask(0)
        try:
            self.add(1, TOKEN=CANARY)
        finally:
            os.umask(before)
        modes = {name: stat.S_IMODE((self.root / "env" / name).stat().st_mode) for name in self.files()}
        self.assertEqual(modes, {"1.json": 0o600, "record.json": 0o600})
        self.assertEqual(stat.S_IMODE((self.root / "env").stat().st_mode), 0o700)

    def test_the_record_and_what_is_told_have_no_value(self) -> None:
        self.add(1, TOKEN=CANARY)
        self.assertNotIn(CANARY, (self.root / "env" / "record.json").read_text())
        told = listed(Controller().channel, {"root": str(self.root)})
        self.assertEqual([each["name"] for each in told["env"]["names"]], ["TOKEN"])
        self.assertEqual((told["env"]["generation"], told["next"], told["serves"]), (1, 2, None))
        self.assertNotIn(CANARY, repr(told) + repr(survey(self.root, "none")))

    def test_the_next_deploy_takes_the_newest_that_was_proven(self) -> None:
        self.add(1, TOKEN="a")
        self.assertEqual(generations.newest(self.root), 1, "set before anything served")
        self.names(FIRST, 1)
        self.add(2, SECOND, TOKEN="b")
        self.names(SECOND, 2, states.FAILED)
        self.assertEqual(generations.newest(self.root), 1, "one that failed is not taken")
        states.write(self.root, SECOND, states.PROVEN, "ann")
        self.assertEqual(generations.newest(self.root), 2)

    def test_what_no_release_names_goes_and_its_number_with_it(self) -> None:
        self.add(1, TOKEN="a")
        self.add(2, SECOND, TOKEN="b")
        self.add(3, THIRD, TOKEN="c")
        self.names(THIRD, 3)
        (self.root / "env" / ".4.json.new").write_text(CANARY)
        self.assertEqual(generations.sweep(self.root), [1, 2])
        self.assertEqual(self.files(), ["3.json", "record.json"])
        self.assertEqual(generations.next_number(self.root), 4)

    def test_one_that_is_not_recorded_is_not_there(self) -> None:
        """Cut off between the file and the record: it is written anew."""
        self.add(1, TOKEN="a")
        durable.write_json(generations.path_of(self.root, 2), {"generation": 2, "values": {"TOKEN": CANARY}}, 0o600)
        self.assertEqual(sorted(generations.recorded(self.root)), [1])
        self.assertEqual(generations.next_number(self.root), 2)

    def test_a_damaged_one_is_told_without_what_it_holds(self) -> None:
        self.add(1, TOKEN="a")
        for text in (
            "{",
            '{"values": {"TOKEN": "\\ud800"}}',
            '{"values": 1}',
            '{"values": {"TOKEN": ["%s"]}}' % CANARY,
            '"%s"' % CANARY,
        ):
            generations.path_of(self.root, 1).write_text(text)
            with self.subTest(text), self.assertRaises(CallError) as raised:
                generations.values(self.root, 1)
            self.assertIn("it is damaged", raised.exception.message)
            self.assertNotIn(CANARY, raised.exception.message)

    def test_a_damaged_record_is_told_by_status(self) -> None:
        self.add(1, TOKEN="a")
        for text in ("{", "{}", '{"next": 2, "generations": {"1": {}}}', '{"next": 2, "generations": []}'):
            (self.root / "env" / "record.json").write_text(text)
            with self.subTest(text), self.assertRaisesRegex(ValueError, "record.json is damaged"):
                survey(self.root, "none")

    def test_commands_get_those_of_their_release(self) -> None:
        self.add(1, TOKEN="a", ODD="é\n=\udc80".replace("\udc80", "ü"))
        self.names(FIRST, 1)
        self.names(SECOND, None)
        self.assertEqual(given.values_for(self.root, FIRST), {"TOKEN": "a", "ODD": "é\n=ü"})
        self.assertEqual(given.values_for(self.root, SECOND), {})


class DriftTest(SecretsCase):
    def setUp(self) -> None:
        super().setUp()
        self.add(1, TOKEN="abcdef")
        self.path = generations.path_of(self.root, 1)

    def told(self) -> Dict[str, str]:
        request: Dict[str, Any] = {"root": str(self.root), "all": False, "thorough": True}
        found = drift(Controller().channel, request)["differences"]
        return {each["path"]: each["text"] for each in found}

    def test_as_it_was_written(self) -> None:
        self.assertEqual(self.told(), {})

    def test_what_someone_did_to_it(self) -> None:
        self.path.chmod(0o644)
        (self.root / "env").chmod(0o755)
        (self.root / "env" / "mine").write_text("x")
        modes = {"env/1.json": "has mode 0644 instead of 0600", "env": "has mode 0755 instead of 0700"}
        self.assertEqual(self.told(), dict(modes, **{"env/mine": "was added"}))

    def test_another_content_of_the_same_size(self) -> None:
        text = self.path.read_text()
        self.path.write_text(text.replace("abcdef", "ABCDEF"))
        self.assertEqual(self.told(), {"env/1.json": "was written to since conc wrote it"})
        os.rename(str(self.path), str(self.path) + ".old")
        self.path.write_text(text)
        self.path.chmod(0o600)
        os.unlink(str(self.path) + ".old")
        self.assertEqual(self.told(), {"env/1.json": "is another file than conc wrote"})

    def test_that_is_gone(self) -> None:
        self.path.unlink()
        self.assertEqual(self.told(), {"env/1.json": "is missing"})


class MaskTest(SecretsCase):
    def test_values_and_their_quoted_forms_and_their_lines(self) -> None:
        mask = Mask(self.root)
        self.assertEqual(mask.text("canary-0fc6a1"), CANARY, "nothing is known yet")
        self.add(1, TOKEN=CANARY, KEY='two "lines"\nof a key', SHORT="1")
        said = {"text": "1 %s!" % CANARY, "evidence": ["| of a key", repr('two "lines"\nof a key'), "1"], "done": 1}
        shown = {"text": "1 ***!", "evidence": ["| ***", "'***'", "1"], "done": 1}
        self.assertEqual(mask.value(said), shown)

    def test_one_that_was_removed_is_masked_still(self) -> None:
        self.add(1, TOKEN=CANARY)
        mask = Mask(self.root)
        self.assertEqual(mask.text(CANARY), "***")
        self.add(2, SECOND, TOKEN="another one")
        self.names(SECOND, 2)
        generations.sweep(self.root)
        self.assertEqual(mask.text("%s, another one" % CANARY), "***, ***")


class NamesTest(RootCase):
    def test_what_can_be_a_variable(self) -> None:
        check({"DATABASE_URL": "x" * 1000, "_a1": ""})
        for name in ("", "1A", "A-B", "A B", "É", "A\n", "LD_PRELOAD", "PYTHONPATH", "PATH", "CONC_ROOT", "LISTEN_FDS"):
            with self.subTest(name), self.assertRaises(ValueError):
                check({name: "x"})
        wrong: List[Any] = ["a\0b", "a\ud800", 1, None, "x" * (1 << 17)]
        for value in wrong:
            with self.subTest(repr(value)[:10]), self.assertRaises(ValueError) as raised:
                check({"A": value})
            self.assertNotIn("xxx", str(raised.exception))
        with self.assertRaisesRegex(ValueError, "together"):
            check({"A%d" % number: "x" * 100000 for number in range(6)})
