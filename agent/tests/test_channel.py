import threading
import unittest

from conc_agent import frames
from conc_agent.channel import CallError, Channel, ChannelClosed
from conc_agent.frames import Frame


class Wire:
    """What a channel emits, in order."""

    def __init__(self):
        self.frames = []
        self.channel = Channel(7, lambda kind, number, payload=b"": self.frames.append(Frame(kind, number, payload)))

    def arrive(self, kind, payload=b""):
        return self.channel.arrived(Frame(kind, 7, payload))

    def credits(self):
        return [frames.decode_count(frame.payload) for frame in self.frames if frame.kind == frames.CREDIT]


class Receiving(unittest.TestCase):
    def setUp(self):
        self.wire = Wire()
        self.channel = self.wire.channel

    def test_in_order_then_closed(self):
        self.wire.arrive(frames.JSON, b'{"a":1}')
        self.wire.arrive(frames.BLOB, b"bytes")
        self.wire.arrive(frames.END)
        self.assertEqual(self.channel.receive(), ("json", {"a": 1}))
        self.assertEqual(self.channel.receive(), ("blob", b"bytes"))
        with self.assertRaises(ChannelClosed):
            self.channel.receive()
        self.assertFalse(self.channel.gone)

    def test_time_out(self):
        with self.assertRaises(TimeoutError):
            self.channel.receive(0)

    def test_a_json_text_in_parts(self):
        self.wire.arrive(frames.MORE, b'{"long"')
        self.assertIsNone(self.channel.poll())
        self.wire.arrive(frames.JSON, b":[1,2]}")
        self.assertEqual(self.channel.poll(), {"long": [1, 2]})

    def test_poll_passes_what_it_is_not_asked_for(self):
        for kind, payload in ((frames.BLOB, b"x"), (frames.JSON, b"1"), (frames.JSON, b'{"halt":true}')):
            self.wire.arrive(kind, payload)
        self.assertEqual(self.channel.poll("halt", "cancel"), {"halt": True})
        self.assertIsNone(self.channel.poll("halt", "cancel"))
        self.assertEqual(self.channel.poll(), 1)
        self.assertEqual(self.channel.receive(), ("blob", b"x"))

    def test_blobs_leave_json_where_it_is(self):
        for kind, payload in (
            (frames.BLOB, b"ab"),
            (frames.JSON, b'"halt"'),
            (frames.BLOB, b"cd"),
            (frames.BLOB, b"next"),
        ):
            self.wire.arrive(kind, payload)
        self.assertEqual(list(self.channel.blobs(4)), [b"ab", b"cd"])
        self.assertEqual(self.channel.receive(), ("json", "halt"))
        self.assertEqual(list(self.channel.blobs(0)), [])
        with self.assertRaises(CallError):
            list(self.channel.blobs(3))

    def test_blobs_that_end_early(self):
        self.wire.arrive(frames.BLOB, b"ab")
        self.wire.arrive(frames.CLOSE)
        with self.assertRaises(ChannelClosed):
            list(self.channel.blobs(4))
        self.assertTrue(self.channel.gone)

    def test_credit_is_granted_as_items_are_taken(self):
        chunk = bytes(frames.CHUNK)
        for _ in range(16):
            self.wire.arrive(frames.BLOB, chunk)
        self.assertEqual(self.wire.credits(), [])
        for _ in range(3):
            self.channel.receive()
        self.assertEqual(self.wire.credits(), [])
        self.channel.receive()
        self.assertEqual(self.wire.credits(), [frames.GRANT])
        for _ in range(12):
            self.channel.receive()
        self.assertEqual(sum(self.wire.credits()), frames.WINDOW)

    def test_parts_are_granted_as_they_come(self):
        granted = [self.wire.arrive(frames.MORE, b" " * frames.CHUNK) for _ in range(8)]
        self.assertEqual(granted, [0, 0, 0, frames.GRANT] * 2)


class Sending(unittest.TestCase):
    def setUp(self):
        self.wire = Wire()
        self.channel = self.wire.channel

    def test_values_and_bytes(self):
        self.channel.send({"a": "ü"})
        self.channel.write(b"x" * (frames.CHUNK + 1))
        self.channel.write(b"")
        kinds = [(frame.kind, len(frame.payload)) for frame in self.wire.frames]
        self.assertEqual(kinds, [(frames.JSON, 14), (frames.BLOB, frames.CHUNK), (frames.BLOB, 1)])

    def test_waits_for_credit_and_goes_on_with_it(self):
        writer = threading.Thread(target=self.channel.write, args=(bytes(frames.WINDOW + 10),))
        writer.start()
        writer.join(0.1)
        self.assertTrue(writer.is_alive())
        self.assertEqual(sum(len(frame.payload) for frame in self.wire.frames), frames.WINDOW)
        self.wire.arrive(frames.CREDIT, frames.encode_count(10))
        writer.join(30)
        self.assertFalse(writer.is_alive())
        self.assertEqual(sum(len(frame.payload) for frame in self.wire.frames), frames.WINDOW + 10)

    def test_does_not_wait_once_nobody_listens(self):
        writer = threading.Thread(target=self.channel.write, args=(bytes(2 * frames.WINDOW),))
        writer.start()
        self.channel.lose()
        writer.join(30)
        self.assertFalse(writer.is_alive())
        count = len(self.wire.frames)
        self.channel.send("to nobody")
        self.assertEqual(len(self.wire.frames), count)

    def test_wait_gone(self):
        self.assertFalse(self.channel.wait_gone(0))
        threading.Timer(0.05, self.channel.lose).start()
        self.assertTrue(self.channel.wait_gone(30))
