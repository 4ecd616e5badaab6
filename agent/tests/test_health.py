from __future__ import annotations

import http.server
import os
import socket
import socketserver
import threading
from typing import Any, Type

from conc_agent import applog, procs
from conc_agent.change.job_context import UndoContext
from conc_agent.context import Cancelled
from conc_agent.ops import health
from conc_agent.ops.health_http import url_of

from .making import FIRST, RootCase, make_release, process
from .making import health as request


class Asked:
    """How often a handler was asked, and the end of its silence."""

    def __init__(self) -> None:
        self.count = 0
        self.over = threading.Event()


def handler(asked: Asked) -> Type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.count += 1
            ways = {"/well": 200, "/ill": 500, "/gone": 302, "/late": 200 if asked.count > 2 else 503}
            if self.path == "/silent":
                asked.over.wait(20)
            self.send_response(ways.get(self.path, 404))
            self.send_header("Location", "/well")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def address_string(self) -> str:
            return "someone"

    return Handler


class UnixServer(socketserver.ThreadingUnixStreamServer):
    def get_request(self):
        return self.socket.accept()[0], ("someone", 0)


class HealthCase(RootCase):
    def setUp(self) -> None:
        super().setUp()
        make_release(self.root, FIRST)
        self.context = UndoContext(self.root, FIRST)

    def ask(self, **more: Any):
        return health.run(self.context, request(**dict({"command": None}, **more)))


class HttpTest(HealthCase):
    def setUp(self) -> None:
        super().setUp()
        self.asked = Asked()
        server = self.serve(http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler(self.asked)))
        self.listen = "127.0.0.1:%d" % server.server_address[1]
        self.web = process("web", "true", self.listen)

    def serve(self, server):
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        for step in (server.server_close, thread.join, server.shutdown, self.asked.over.set):
            self.addCleanup(step)
        return server

    def test_a_path_is_asked_of_the_first_process_that_listens(self) -> None:
        outcome = self.ask(url="/well", processes=[process("worker", "true"), self.web])
        self.assertEqual(outcome.status, "OK")
        self.assertRegex(outcome.text, r"^GET /well 200 in \d+ ms$")

    def test_a_whole_url(self) -> None:
        self.assertEqual(self.ask(url="http://%s/well" % self.listen).status, "OK")

    def test_another_status_is_not_well(self) -> None:
        outcome = self.ask(url="/ill", processes=[self.web], tries=2)
        self.assertEqual(
            (outcome.status, outcome.text, outcome.code), ("FAILED", "GET /ill 500, 2 tries", "health.failed")
        )

    def test_redirects_are_answers(self) -> None:
        self.assertEqual(self.ask(url="/gone", processes=[self.web]).text, "GET /gone 302, 1 try")
        self.assertEqual(self.ask(url="/gone", processes=[self.web], status=302).status, "OK")

    def test_it_asks_until_it_is_well(self) -> None:
        self.assertEqual(self.ask(url="/late", processes=[self.web], tries=5).status, "OK")
        self.assertEqual(self.asked.count, 3)

    def test_silence_has_a_limit(self) -> None:
        outcome = self.ask(url="/silent", processes=[self.web], timeout=0.2)
        self.assertEqual(outcome.text, "GET /silent: no answer within 0.2 s, 1 try")

    def test_nobody_listens(self) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            web = process("web", "true", "127.0.0.1:%d" % closed.getsockname()[1])
            self.assertEqual(self.ask(url="/", processes=[web]).text, "GET /: connection refused, 1 try")

    def test_a_unix_socket(self) -> None:
        path = str(self.root / "web.sock")
        self.serve(UnixServer(path, handler(self.asked)))
        self.assertEqual(self.ask(url="/well", processes=[process("web", "true", "unix:" + path)]).status, "OK")

    def test_a_unix_socket_that_is_named(self) -> None:
        path = str(self.root / "other.sock")
        self.serve(UnixServer(path, handler(self.asked)))
        self.assertRegex(self.ask(url="http://unix:%s:/well" % path).text, r"^GET http://unix:/.*/well 200 in \d+ ms$")
        self.assertEqual(self.ask(url="http://unix:%s:/ill" % path).status, "FAILED")

    def test_every_interface_means_this_machine(self) -> None:
        for listening, host in (("0.0.0.0:80", "127.0.0.1"), ("[::]:80", "::1")):
            self.assertEqual(url_of("/", [process("web", "x", listening)], self.root).address.host, host)

    def test_a_path_with_nobody_to_ask_is_an_error(self) -> None:
        with self.assertRaisesRegex(ValueError, "no process has a listen"):
            self.ask(url="/well")

    def test_the_application_s_own_words_since_the_switch_are_the_evidence(self) -> None:
        log = self.root / "shared" / "log" / "web.log"
        log.parent.mkdir(parents=True)
        log.write_text("old\n")
        (self.root / "change").mkdir()
        applog.remember(self.root)
        with log.open("a") as file:
            file.write("\n".join("line %d" % number for number in range(30)))
        (log.parent / "worker.log").write_text("new\n")
        evidence = self.ask(url="/ill", processes=[self.web]).evidence
        lines = ["| line %d" % number for number in range(22, 30)]
        self.assertEqual(list(evidence), ["the last lines of shared/log/web.log:", *lines])

    def test_another_process_s_words_if_the_one_that_was_asked_said_nothing(self) -> None:
        log = self.root / "shared" / "log" / "worker.log"
        log.parent.mkdir(parents=True)
        log.write_text("new\n")
        evidence = self.ask(url="/ill", processes=[self.web]).evidence
        self.assertEqual(list(evidence), ["the last lines of shared/log/worker.log:", "| new"])

    def test_of_several_logs_the_one_that_was_written_to_last(self) -> None:
        for name, seconds in (("web_0.log", 2000), ("web_1.log", 1000)):
            log = self.root / "shared" / "log" / name
            log.parent.mkdir(parents=True, exist_ok=True)
            log.write_text(name + "\n")
            os.utime(str(log), (seconds, seconds))
        evidence = self.ask(url="/ill", processes=[self.web]).evidence
        self.assertEqual(list(evidence), ["the last lines of shared/log/web_0.log:", "| web_0.log"])

    def test_a_log_that_was_rotated_is_new(self) -> None:
        log = self.root / "shared" / "log" / "web.log"
        log.parent.mkdir(parents=True)
        log.write_text("a long line that was there before\n")
        mark = applog.mark(self.root)
        os.rename(str(log), str(log) + ".1")
        log.write_text("short\n")
        self.assertEqual(applog.lines_since(self.root, mark)[1:], ["| short"])


class CommandTest(HealthCase):
    def test_exit_0_is_well(self) -> None:
        self.assertRegex(self.ask(command="true").text, r"^true: exit 0 in [\d.]+ s$")

    def test_it_runs_in_the_release(self) -> None:
        check = "python -c 'import os, sys; sys.exit(sys.prefix != os.getcwd() + \"/venv\")'"
        self.assertEqual(self.ask(command=check).status, "OK")

    def test_what_it_printed_is_the_evidence(self) -> None:
        outcome = self.ask(command="sh -c 'echo one; echo two >&2; exit 3'")
        self.assertEqual((outcome.status, list(outcome.evidence)), ("FAILED", ["| one", "| two"]))
        self.assertTrue(outcome.text.endswith(": exit 3, 1 try"))

    def test_one_that_cannot_be_started(self) -> None:
        self.assertEqual(
            self.ask(command="nonesuch").text, "nonesuch can't be started: No such file or directory, 1 try"
        )

    def test_its_whole_group_ends_with_its_time(self) -> None:
        marked = self.work / "pid"
        command = "sh -c 'sleep 600 & echo $! > %s; wait'" % marked
        outcome = self.ask(command=command, timeout=0.5)
        self.assertIn("did not end within 0.5 s", outcome.text)
        self.assertFalse(procs.is_alive(int(marked.read_text())))

    def test_what_it_left_behind_ends_too(self) -> None:
        marked = self.work / "pid"
        self.assertEqual(self.ask(command="sh -c 'sleep 600 & echo $! > %s'" % marked).status, "OK")
        self.assertFalse(procs.is_alive(int(marked.read_text())))

    def test_a_cancel_ends_it(self) -> None:
        marked = self.work / "pid"

        class Context(UndoContext):
            def check_cancelled(self) -> None:
                if marked.exists() and marked.read_text():
                    raise Cancelled("FAILED", "cancelled")

        self.context = Context(self.root, FIRST)
        with self.assertRaises(Cancelled):
            self.ask(command="sh -c 'echo $$ > %s; sleep 600'" % marked)
        self.assertFalse(procs.is_alive(int(marked.read_text())))

    def test_nothing_to_ask_is_stopped(self) -> None:
        self.assertEqual(self.ask().status, "STOPPED")
