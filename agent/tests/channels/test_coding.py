import json
import random
import unittest
from pathlib import Path

from conc_agent.channels.dump import dumps
from conc_agent.channels.errors import DumpError, LoadError
from conc_agent.channels.load import loads

GOLDEN = json.loads((Path(__file__).parents[3] / "protocol" / "items.golden.json").read_text(encoding="utf-8"))


class Golden(unittest.TestCase):
    def test_values(self):
        for golden in GOLDEN["values"] + GOLDEN["controls"]:
            with self.subTest(golden["value"]):
                value, data = eval(golden["value"]), bytes.fromhex(golden["bytes"])
                self.assertEqual(dumps(value).hex(), golden["bytes"])
                back = loads(data)
                self.assertEqual(repr(back), repr(value))
                self.assertIs(type(back), type(value))

    def test_channels(self):
        for golden in GOLDEN["channels"]:
            with self.subTest(golden["about"]):
                channel, data = object(), bytes.fromhex(golden["bytes"])
                self.assertEqual(dumps(channel, lambda _, number=golden["number"]: number), data)
                self.assertEqual(loads(data, lambda number: ("channel", number)), ("channel", golden["number"]))
                self.assertRaises(LoadError, loads, data)

    def test_what_is_refused(self):
        for value in GOLDEN["refused"]:
            with self.subTest(value):
                self.assertRaises(DumpError, dumps, eval(value))

    def test_what_is_malformed(self):
        for data in GOLDEN["malformed"]:
            with self.subTest(data):
                self.assertRaises(LoadError, loads, bytes.fromhex(data), lambda number: number)


class Hostile(unittest.TestCase):
    def test_every_cut_and_every_changed_byte_is_a_value_or_a_load_error(self):
        chance = random.Random(5)
        whole = dumps([1, "text", {b"k": (None, 2**40, frozenset([1.5]))}, {"set"}])
        damaged = [whole[:length] for length in range(len(whole))]
        for _ in range(3000):
            copy = bytearray(whole)
            for _ in range(chance.randrange(1, 4)):
                copy[chance.randrange(len(copy))] = chance.randrange(256)
            damaged.append(bytes(copy))
        refused = 0
        for data in damaged:
            try:
                loads(data, lambda number: number)
            except LoadError:
                refused += 1
        self.assertGreater(refused, len(whole))

    def test_lengths_are_not_believed(self):
        for opcode in b"AHIKMNSUEO@":
            with self.subTest(opcode=chr(opcode)):
                self.assertRaises(LoadError, loads, bytes([opcode]) + b"\x7f\xff\xff\xff" + b"L" * 100 + b"Q")

    def test_depth(self):
        deep = []
        for _ in range(100000):
            deep = [deep]
        self.assertRaises(DumpError, dumps, deep)
        while deep:
            (deep,) = deep
