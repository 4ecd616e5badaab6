"""What the agent reads, with random damage: run by ``test_readers`` in a process with little memory."""

from __future__ import annotations

import json
import os
import random
import unittest
import zlib
from pathlib import Path
from typing import Any, Callable

from conc_agent import durable, frames, history
from conc_agent.calls import abandon, env, resume, survey
from conc_agent.change import journal
from conc_agent.channel import CallError
from conc_agent.env import generations

from tests.controller import Controller
from tests.fuzz.mutate import altered, damaged
from tests.making import FIRST, SECOND, RootCase, gate, health, make_release, switching

SEED = int(os.environ.get("CONC_FUZZ_SEED") or random.randrange(1 << 32))
COUNT = 400


class Fuzz(unittest.TestCase):
    def each(self, check: Callable[[random.Random], None], count: int = COUNT) -> None:
        chance = random.Random(SEED)
        for number in range(count):
            with self.subTest("CONC_FUZZ_SEED=%d, %d" % (SEED, number)):
                check(chance)


class Wire(Fuzz):
    def test_frames_are_whole_or_refused_and_the_same_however_they_are_cut(self) -> None:
        parts = [frames.encode(kind, 1, b"x" * size) for kind, size in ((b"J", 2), (b"B", 300), (b"W", 4), (b"X", 0))]

        def check(chance: random.Random) -> None:
            data = damaged(b"".join(parts), chance)
            cut = chance.randrange(len(data) + 1)
            self.assertEqual(_frames([data]), _frames([data[:cut], data[cut:]]))

        self.each(check)

    def test_json_is_a_value_or_refused(self) -> None:
        whole = frames.dump_json({"call": "run", "request": [1, -2.5e3, "é\0", None, {"b": {}}]})

        def check(chance: random.Random) -> None:
            try:
                frames.load_json(damaged(whole, chance))
            except frames.FrameError:
                pass

        self.each(check)
        with self.assertRaises(frames.FrameError):
            frames.load_json(b"[" * 500_000 + b"]" * 500_000)


class Lines(RootCase, Fuzz):
    def test_a_journal_is_records_or_damaged(self) -> None:
        records = [{"record": "open", "number": 1, "jobs": ["a"]}, {"record": "intent", "index": 0}, {"record": "done"}]
        whole = b"".join(map(journal.encode, records))

        def check(chance: random.Random) -> None:
            bad = damaged(whole, chance)
            if chance.random() < 0.3:
                # As nobody but conc writes it: its checksum fits.
                bad = whole + b"".join(_line(json.dumps(altered(records[1], chance)).encode()) for _ in range(2))
            try:
                self.assertTrue(all(isinstance(record, dict) for record in journal.parse(bad)))
            except journal.Damaged:
                pass

        self.each(check)
        with self.assertRaises(journal.Damaged):
            journal.parse(whole + _line(b"[" * 200_000 + b"]" * 200_000))

    def test_a_history_is_read_as_far_as_it_can_be(self) -> None:
        for number in range(3):
            history.append(self.root, {"change": str(number), "kind": "exec"})
        path = self.root / history.NAME
        whole = path.read_bytes()

        def check(chance: random.Random) -> None:
            path.write_bytes(damaged(whole, chance))
            before = history.read(self.root)
            number = history.append(self.root, {"change": "new"})
            after = history.read(self.root)
            self.assertEqual(after.entries[-1]["change"], "new")
            self.assertEqual([*before.entries, after.entries[-1]], after.entries)
            self.assertGreater(number, max([0] + [entry["number"] for entry in before.entries]))

        self.each(check)


class Root(RootCase, Fuzz):
    """Every file that conc keeps under a root, while a change is halted: each call answers, or says what is damaged."""

    def setUp(self) -> None:
        super().setUp()
        names = {"TOKEN": {"since": "then", "by": "ann"}}
        generations.add(self.root, 1, {"TOKEN": "a value"}, names, "ann", None)
        self.prove(FIRST)
        record = make_release(self.root, SECOND)
        durable.write_json(self.root / "releases" / SECOND / "release.json", dict(record, env=1))
        self.run_change(SECOND, [gate("true"), *switching(self.root, SECOND, health("true"))], until="switch")
        self.files = [
            self.root / "serving.json",
            self.root / "change" / "request.json",
            self.root / "state" / (FIRST + ".json"),
            self.root / "releases" / FIRST / "release.json",
            self.root / "change" / "journal",
            self.root / "change" / "logs.json",
            self.root / "env" / "record.json",
            self.root / "env" / "1.json",
            self.root / "releases" / SECOND / "release.json",
        ]

    def test_status_is_told_or_what_is_damaged(self) -> None:
        self.each(lambda chance: self.check(chance, survey.serve, {"service": "none"}))
        self.each(lambda chance: self.check(chance, env.serve, {}))

    def test_so_are_going_on_and_giving_up(self) -> None:
        kept = {path: path.read_bytes() for path in self.files}
        for call in (resume.serve, abandon.serve):

            def check(chance: random.Random, call: Any = call) -> None:
                for path, data in kept.items():
                    path.parent.mkdir(exist_ok=True)
                    path.write_bytes(data)
                (self.root / "change" / "lock").touch()
                self.check(chance, call, {"by": "ann@desk", "until": None})

            self.each(check, COUNT // 8)

    def check(self, chance: random.Random, call: Any, request: Any) -> None:
        path = chance.choice([path for path in self.files if path.exists()])
        whole = path.read_bytes()
        path.write_bytes(self.harmed(path, whole, chance))
        try:
            frames.dump_json(call(Controller().channel, dict(request, root=str(self.root))))
        except CallError as error:
            self.assertNotEqual(error.code, "agent.error")
        finally:
            if path.parent.is_dir():
                path.write_bytes(whole)

    def harmed(self, path: Path, whole: bytes, chance: random.Random) -> bytes:
        if chance.random() < 0.3:
            return damaged(whole, chance)
        if path.name == "journal":
            records = altered(journal.parse(whole), chance)
            return b"".join(map(journal.encode, records)) if isinstance(records, list) else whole[:100]
        return json.dumps(altered(json.loads(whole.decode()), chance)).encode()


def _frames(pieces: Any) -> Any:
    decoder, found = frames.Decoder(), []
    try:
        for piece in pieces:
            found += decoder.feed(piece)
    except frames.FrameError:
        return found, "refused"
    return found, decoder.rest


def _line(text: bytes) -> bytes:
    return b"%d %08x %s\n" % (len(text), zlib.crc32(text), text)
