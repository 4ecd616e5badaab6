import json
import unittest
import zlib
from pathlib import Path

from conc_agent import frames

GOLDEN = json.loads((Path(__file__).parents[2] / "protocol" / "frames.golden.json").read_text(encoding="utf-8"))


class GoldenFrames(unittest.TestCase):
    def test_encode_and_decode(self):
        for golden in GOLDEN["frames"]:
            with self.subTest(golden["name"]):
                kind, payload = golden["kind"].encode(), bytes.fromhex(golden["payload"])
                encoded = frames.encode(kind, golden["channel"], payload)
                self.assertEqual(encoded.hex(), golden["bytes"])
                self.assertEqual(list(frames.Decoder().feed(encoded)), [(kind, golden["channel"], payload)])

    def test_come_whole_however_they_are_cut(self):
        everything = b"".join(bytes.fromhex(golden["bytes"]) for golden in GOLDEN["frames"])
        expected = list(frames.Decoder().feed(everything))
        self.assertEqual(len(expected), len(GOLDEN["frames"]))
        decoder = frames.Decoder()
        came = [frame for index in range(len(everything)) for frame in decoder.feed(everything[index : index + 1])]
        self.assertEqual(came, expected)
        self.assertEqual(decoder.rest, b"")

    def test_messages_are_the_same_behind_the_wire(self):
        for golden in GOLDEN["messages"]:
            with self.subTest(golden["name"]):
                self.assertEqual(frames.load_json(frames.dump_json(golden["value"])), golden["value"])

    def test_long_json_is_split(self):
        for golden in GOLDEN["split"]:
            with self.subTest(golden["name"]):
                text = frames.dump_json("x" * (golden["length"] - 2))
                parts = list(frames.split_json(text))
                self.assertEqual(b"".join(kind for kind, _ in parts).decode(), golden["kinds"])
                self.assertEqual(len(parts[-1][1]), golden["last"])
                self.assertEqual(b"".join(part for _, part in parts), text)

    def test_bad_bytes_are_shown(self):
        for golden in GOLDEN["bad"]:
            with self.subTest(golden["name"]), self.assertRaises(frames.FrameError) as caught:
                list(frames.Decoder().feed(bytes.fromhex(golden["input"])))
            self.assertEqual(str(caught.exception), "not a frame: " + golden["shows"])

    def test_bad_json_is_refused(self):
        for golden in GOLDEN["badJson"]:
            with self.subTest(golden["name"]), self.assertRaises(frames.FrameError):
                frames.load_json(bytes.fromhex(golden["payload"]))


class Limits(unittest.TestCase):
    def test_what_was_deflated_is_whole_or_refused(self):
        packed = zlib.compress(b"[1]")
        self.assertEqual(frames.inflated(packed), b"[1]")
        for bad in (packed[:-1], b"[1]", b""):
            with self.assertRaises(frames.FrameError):
                frames.inflated(bad)

    def test_a_frame_of_1_mib_passes(self):
        (frame,) = frames.Decoder().feed(frames.encode(frames.BLOB, 1, bytes(frames.LIMIT)))
        self.assertEqual(len(frame.payload), frames.LIMIT)

    def test_a_longer_one_is_not_even_made(self):
        with self.assertRaises(frames.FrameError):
            frames.encode(frames.BLOB, 1, bytes(frames.LIMIT + 1))

    def test_a_window_of_another_size(self):
        self.assertEqual(frames.decode_count(frames.encode_count(1 << 18)), 1 << 18)
        with self.assertRaises(frames.FrameError):
            frames.decode_count(b"\x00\x04\x00")

    def test_no_json_for_nan_and_names_that_are_not_utf8_pass(self):
        with self.assertRaises(ValueError):
            frames.dump_json(float("nan"))
        name = b"caf\xe9".decode("utf-8", "surrogateescape")
        self.assertEqual(frames.load_json(frames.dump_json(name)), name)
