import os
import struct
import tempfile
import threading
import unittest
from unittest import mock

from conc_agent import frames, serve
from conc_agent.channel import CallError

from tests.node import Node


class Calls(unittest.TestCase):
    def setUp(self):
        self.node = Node()
        self.addCleanup(self.node.__exit__)
        self.node.banner()
        self.node.heard()

    def test_one_after_another_on_the_main_thread(self):
        text = "import threading\ndef serve(channel, request):\n    return threading.current_thread().name, request\n"
        for channel in (1, 3, 5):
            self.node.call(text, channel, channel)
        for channel in (1, 3, 5):
            self.assertEqual(self.node.heard(), (channel, {"reply": ["MainThread", channel]}))
            self.assertEqual(self.node.frame(), (frames.CLOSE, channel, b""))

    def test_an_error_has_lines_of_its_source(self):
        self.node.call("def serve(channel, request):\n    return request['nothing']\n", 1, {})
        frame = self.node.frame()
        error = frames.load_json(frame.payload)
        self.assertEqual((frame.kind, frame.channel, error["code"]), (frames.CLOSE, 1, "agent.error"))
        self.assertIn('File "conc_agent/calls/call1.py", line 2, in serve\n    return request', error["traceback"])

    def test_modules_on_demand_and_the_answer_that_there_is_none(self):
        self.node.call("def serve(channel, request):\n    from conc_agent.late import WORD\n    return WORD\n", 1)
        self.assertEqual(self.node.heard(), (0, {"need": "conc_agent.late"}))
        self.node.module("late", "WORD = 'late'")
        self.assertEqual(self.node.heard(), (1, {"reply": "late"}))
        self.node.frame()
        self.node.call("def serve(channel, request):\n    import conc_agent.never\n", 3)
        self.assertEqual(self.node.heard(), (0, {"need": "conc_agent.never"}))
        self.node.module("never", None)
        self.assertIn("No module named 'conc_agent.never'", self.node.heard()[1]["message"])

    def test_modules_that_are_sent_ahead_together(self):
        self.node.modules({"early": ["WORD = 'early'", False], "early_too": ["", True]})
        self.node.call("def serve(channel, request):\n    from conc_agent.early import WORD\n    return WORD\n", 1)
        self.assertEqual(self.node.heard(), (1, {"reply": "early"}))

    def test_an_import_that_nobody_answers_fails_when_the_controller_goes(self):
        with tempfile.TemporaryDirectory() as folder:
            mark = os.path.join(folder, "mark")
            self.node.call(
                "def serve(channel, request):\n    try:\n        import conc_agent.never\n"
                "    except ImportError as error:\n        open(request, 'w').write(str(error))\n",
                1,
                mark,
            )
            self.assertEqual(self.node.heard(), (0, {"need": "conc_agent.never"}))
            self.assertEqual(self.node.end()[0], 0)
            with open(mark) as file:
                self.assertIn("the controller is gone", file.read())

    def test_other_packages_are_not_asked_for(self):
        self.node.call("def serve(channel, request):\n    import conc_other\n", 1)
        self.assertIn("No module named 'conc_other'", self.node.heard()[1]["message"])

    def test_calls_that_wait_are_not_begun_once_nobody_listens(self):
        with tempfile.TemporaryDirectory() as folder:
            mark = os.path.join(folder, "mark")
            wait = "def serve(channel, request):\n    channel.send('waiting')\n    channel.wait_gone()\n"
            self.node.call(wait, 1)
            self.node.call("def serve(channel, request):\n    open(request, 'w').close()\n", 3, mark)
            self.assertEqual(self.node.heard(), (1, "waiting"))
            self.assertEqual(self.node.end()[0], 0)
            self.assertFalse(os.path.exists(mark))

    def test_a_thread_or_print_left_behind_does_not_keep_it(self):
        self.node.call(
            "import threading\ndef serve(channel, request):\n"
            "    threading.Thread(target=threading.Event().wait).start()\n    print('bye', end='')\n",
            1,
        )
        self.assertEqual(self.node.heard()[1]["log"]["message"], "bye")
        self.node.heard()
        self.node.frame()
        self.assertEqual(self.node.goodbye(), (0, b"", ""))

    def test_bytes_that_are_no_frame_end_it_with_an_error(self):
        self.node.write(b"GET / HTTP/1.1\r\n")
        frame = self.node.frame()
        error = frames.load_json(frame.payload)
        self.assertEqual((frame.kind, frame.channel, error["code"]), (frames.CLOSE, 0, "protocol.bad-frame"))
        self.assertIn(b"GET / HTTP".hex(), error["message"])
        self.assertEqual(self.node.process.wait(30), 0)

    def test_a_ping_is_answered_in_the_middle_of_a_call(self):
        self.node.call("def serve(channel, request):\n    channel.receive()\n", 1)
        self.node.write(frames.encode(frames.PING, 0, b"12345678"))
        self.assertEqual(self.node.frame(), (frames.PONG, 0, b"12345678"))

    def test_what_is_printed_in_bulk_comes_whole(self):
        self.node.call("def serve(channel, request):\n    print('x' * 20000)\n    print('y\\n' * 5000, end='')\n", 1)
        lines = []
        while True:
            channel, message = self.node.heard()
            if channel == 1:
                break
            lines.append(message["log"]["message"])
        self.assertEqual("".join(lines[:-5000]), "x" * 20000)
        self.assertEqual(lines[-5000:], ["y"] * 5000)


class Silence(unittest.TestCase):
    """In this process, with limits of milliseconds, as the controller says them."""

    def setUp(self):
        self.source, self.to_agent = os.pipe()
        self.from_agent, self.sink = os.pipe()
        for descriptor in (self.source, self.to_agent, self.from_agent, self.sink):
            self.addCleanup(os.close, descriptor)

    def test_a_silent_controller_is_pinged_then_given_up(self):
        session = serve.Session(self.source, self.sink, mock.Mock(), mock.Mock())
        thread = threading.Thread(target=session.run)
        thread.start()
        told = frames.dump_json({"keepalive": {"ping": 0.03, "lost": 0.12}})
        os.write(self.to_agent, frames.encode(frames.JSON, 0, told))
        thread.join(30)
        self.assertFalse(thread.is_alive())
        self.assertTrue(session.gone.is_set())
        decoder = frames.Decoder()
        kinds = [frame.kind for frame in decoder.feed(os.read(self.from_agent, 1 << 20))]
        self.assertEqual(kinds[0], frames.JSON)
        self.assertEqual(set(kinds[1:]), {frames.PING})
        # The reader thread still waits for input: let it end. Its last word is written last: nobody uses these
        # descriptors any more once they are closed, and stand for something else.
        os.write(self.to_agent, struct.pack(">cII", b"Z", 0, 0))
        while frames.CLOSE not in kinds:
            kinds += [frame.kind for frame in decoder.feed(os.read(self.from_agent, 1 << 20))]


class Errors(unittest.TestCase):
    def test_foreseen(self):
        error = serve.describe(CallError("change.busy", "someone is at it", hint="wait", evidence=("a", "b")))
        self.assertEqual(
            error, {"code": "change.busy", "message": "someone is at it", "hint": "wait", "evidence": ["a", "b"]}
        )

    def test_unforeseen_and_long(self):
        try:
            raise ValueError("x" * 100000)
        except ValueError as raised:
            error = serve.describe(raised)
        self.assertEqual(error["code"], "agent.error")
        self.assertLessEqual(len(error["message"]), serve.TRACEBACK_LIMIT)
        self.assertLessEqual(len(error["traceback"]), serve.TRACEBACK_LIMIT)
