import gc
import threading
import unittest

from conc_agent.channels.errors import RemoteError

from tests.channels.ends import Ends
from tests.controller import wait_until

#: It only ends a test that would hang.
LONG = 120


class Gateways(unittest.TestCase):
    def setUp(self):
        self.ends = Ends()
        self.addCleanup(self.ends.cut)

    def test_values_go_there_and_back(self):
        channel = self.ends.run("for item in channel: channel.send(item)")
        for value in (None, 2**5000, {1: {2}}, b"x" * 300000, "\u00fc" * 100000):
            channel.send(value)
            self.assertEqual(channel.receive(LONG), value)

    def test_an_error_is_told_once_and_behind_what_was_sent(self):
        channel = self.ends.run("channel.send(1); 1/0")
        self.assertEqual(channel.receive(LONG), 1)
        with self.assertRaisesRegex(RemoteError, 'File "<remote exec>", line 1[\\s\\S]*ZeroDivisionError'):
            channel.receive(LONG)
        self.assertRaises(EOFError, channel.receive, LONG)

    def test_a_sender_waits_for_its_credit_and_goes_on_with_it(self):
        channel = self.ends.run("go = channel.receive()\nfor _ in range(100): channel.receive()\nchannel.send('all')")
        sent = []

        def send():
            channel.send(None)
            for number in range(100):
                channel.send(b"x" * 65000)
                sent.append(number)

        sender = threading.Thread(target=send)
        sender.start()
        sender.join(LONG)
        self.assertEqual(len(sent), 100)
        self.assertEqual(channel.receive(LONG), "all")

    def test_nobody_waits_for_ever_where_both_ends_send_first(self):
        channel = self.ends.run(
            "for _ in range(60): channel.send(b'f' * 65000)\n"
            "channel.send(sum(len(channel.receive()) for _ in range(60)))"
        )
        for _ in range(60):
            channel.send(b"n" * 65000)
        self.assertEqual(sum(len(channel.receive(LONG)) for _ in range(60)), 60 * 65000)
        self.assertEqual(channel.receive(LONG), 60 * 65000)

    def test_what_nobody_takes_stays_within_the_window(self):
        channel = self.ends.run(
            "import threading\nnumber = 0\nwhile True:\n    channel.send(b'x' * 10000)\n    number += 1"
        )
        wait_until(lambda: channel.items.qsize() >= 100, "the window is full")
        self.assertLess(channel.items.qsize(), 110)
        channel.close()

    def test_a_closed_channel_lets_its_sender_go(self):
        channel = self.ends.run(
            "inner = channel.receive()\nchannel.send(1)\n"
            "try:\n    while True: inner.send(b'x' * 60000)\nexcept OSError: channel.send('closed')"
        )
        inner = self.ends.near.newchannel()
        channel.send(inner)
        self.assertEqual(channel.receive(LONG), 1)
        inner.receive(LONG)
        inner.close()
        self.assertEqual(channel.receive(LONG), "closed")

    def test_data_for_a_channel_that_nobody_holds_is_dropped_and_granted(self):
        channel = self.ends.run(
            "inner = channel.receive()\nchannel.receive()\n"
            "for _ in range(50): inner.send(b'x' * 60000)\nchannel.send('done')"
        )
        inner = self.ends.near.newchannel()
        seen = []
        inner.setcallback(seen.append)
        channel.send(inner)
        del inner
        gc.collect()
        channel.send(None)
        self.assertEqual(channel.receive(LONG), "done")
        wait_until(lambda: len(seen) == 50, "the callback had them all")

    def test_a_channel_of_another_gateway_is_refused(self):
        other = Ends()
        self.addCleanup(other.cut)
        with self.assertRaisesRegex(Exception, "belongs to another gateway"):
            self.ends.near.newchannel().send(other.near.newchannel())


class Ended(unittest.TestCase):
    def test_a_connection_that_ends_without_a_word(self):
        ends = Ends()
        waiting = ends.run("channel.receive()")
        ends.cut()
        self.assertRaises(EOFError, waiting.receive, LONG)
        self.assertRaises(EOFError, waiting.waitclose, LONG)
        self.assertRaises(OSError, waiting.send, 1)
        self.assertRaises(OSError, ends.near.newchannel)

    def test_a_malformed_item_ends_it_in_words(self):
        ends = Ends()
        channel = ends.run(
            "import conc_agent.frames as f\nchannel.gateway._out.put(f.ITEM, channel.id, b'zQ')\nchannel.receive()"
        )
        self.assertRaisesRegex(EOFError, "unknown opcode", channel.receive, LONG)
        ends.cut()
