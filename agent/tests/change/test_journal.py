from __future__ import annotations

import os
import shutil
import tempfile
import unittest
from pathlib import Path

from conc_agent.change import journal
from conc_agent.change.journal import Damaged, Journal, encode, parse, told

OPENED = {"record": "open", "jobs": ["preflight", "switch", "health"], "change": {"release": "r1-00000001"}}


class JournalTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, str(self.folder))
        self.path = self.folder / "journal"

    def test_records_come_back_in_order_with_their_numbers(self) -> None:
        written = Journal(self.path)
        written.write("open", jobs=["a"])
        written.write("intent", index=0, text="é\n")
        written.close()
        records = journal.read(self.path)
        self.assertEqual([(record["number"], record["record"]) for record in records], [(1, "open"), (2, "intent")])
        self.assertEqual(records[1]["text"], "é\n")

    def test_a_tail_torn_at_any_byte_is_dropped_and_written_over(self) -> None:
        first, second = encode({"record": "open", "n": 1}), encode({"record": "intent", "n": 2})
        for cut in range(len(second)):
            self.path.write_bytes(first + second[:cut])
            again = Journal(self.path)
            self.assertEqual(again.records, [{"record": "open", "n": 1}], cut)
            again.write("done")
            again.close()
            self.assertEqual([record["record"] for record in journal.read(self.path)], ["open", "done"], cut)

    def test_a_flipped_bit_in_the_tail_is_a_torn_tail(self) -> None:
        data = encode({"n": 1}) + encode({"n": 2})
        for place in range(len(encode({"n": 1})), len(data)):
            flipped = bytearray(data)
            flipped[place] ^= 1
            self.assertEqual(parse(bytes(flipped)), [{"n": 1}], place)

    def test_damage_before_whole_records_is_no_torn_tail(self) -> None:
        first = bytearray(encode({"n": 1}))
        first[-4] ^= 1
        with self.assertRaisesRegex(Damaged, "record 1 .* others follow"):
            parse(bytes(first) + encode({"n": 2}))

    def test_nothing_is_written_after_a_failed_write(self) -> None:
        written = Journal(self.path)
        written.write("open")
        reader = os.open(str(self.path), os.O_RDONLY)
        self.addCleanup(os.close, reader)
        os.dup2(reader, written._descriptor)
        self.addCleanup(written.close)
        with self.assertRaises(OSError):
            written.write("intent", index=0)
        with self.assertRaisesRegex(OSError, "failed before"):
            written.write("intent", index=0)


class StoryTest(unittest.TestCase):
    def test_an_intent_without_a_done_runs(self) -> None:
        story = told([OPENED, {"record": "intent", "index": 0}])
        self.assertEqual((story.running, story.done, story.position), (0, {}, 0))

    def test_a_done_ends_it(self) -> None:
        done = {"record": "done", "index": 0, "status": "OK"}
        story = told([OPENED, {"record": "intent", "index": 0}, done])
        self.assertEqual((story.running, story.done, story.position), (None, {0: done}, 0))

    def test_a_new_intent_makes_a_done_void(self) -> None:
        records = [{"record": "intent", "index": 1}, {"record": "done", "index": 1}, {"record": "intent", "index": 1}]
        self.assertEqual((told([OPENED, *records]).running, told([OPENED, *records]).done), (1, {}))

    def test_it_is_held_only_until_something_follows(self) -> None:
        held = {"record": "held", "why": "asked"}
        self.assertEqual(told([OPENED, held]).held, held)
        self.assertIsNone(told([OPENED, held, {"record": "resumed"}]).held)

    def test_a_trial_that_is_renewed_keeps_what_came_before_the_switch(self) -> None:
        dones = [{"record": "done", "index": index, "status": "OK"} for index in range(3)]
        self.assertEqual(sorted(told([OPENED, *dones, {"record": "again", "index": 1}]).done), [0])

    def test_an_undo_that_was_tried_again_has_not_ended(self) -> None:
        records = [{"record": "undo"}, {"record": "undone", "status": "FAILED"}, {"record": "undo"}]
        story = told([OPENED, *records])
        self.assertTrue(story.undoing)
        self.assertIsNone(story.undone)
