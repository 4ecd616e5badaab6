from __future__ import annotations

import os
import signal
import subprocess
from contextlib import closing
from pathlib import Path

from conc_agent import procs, release, serving, states
from conc_agent.calls import stop
from conc_agent.calls.survey import survey
from conc_agent.change.job_context import UndoContext
from conc_agent.ops import restart
from conc_agent.services import supervisord_daemon as daemon
from conc_agent.services import supervisord_files as files

from ..controller import Controller, wait_until
from ..making import FIRST, SECOND, THIRD, make_release, process
from ..short import load_tests as load_tests
from .base import APP, BROKEN, Clients, SupervisordCase, ask_unix


class StartTest(SupervisordCase):
    def test_the_first_release_is_started_and_told(self) -> None:
        self.make(FIRST, [self.web(2)])
        reply = self.deploy(FIRST)
        self.assertEqual(reply["outcome"], "proven", self.controller.messages)
        done = self.controller.done("restart")
        self.assertEqual(done["text"], "supervisord is started; web \u00d72, one after the other")
        self.assertIn("crontab -e: @reboot %s/bin/supervisord" % self.root, done["hint"])
        self.assertRegex(self.controller.done("health")["text"], r"GET /healthz 200 in \d+ ms")
        self.assertEqual(self.get()[0], FIRST)
        known = survey(self.root, "supervisord")
        seen = [(one["name"], one["state"], one["release"]) for one in known["processes"]]
        self.assertEqual(seen, [("web:web_0", "RUNNING", FIRST), ("web:web_1", "RUNNING", FIRST)])
        self.assertTrue(known["releases"][0]["live"])
        self.assertTrue((self.root / "shared" / "log" / "web_0.log").read_text().startswith("serving " + FIRST))

    def test_it_has_nothing_of_the_session_that_started_it(self) -> None:
        reading, writing = os.pipe()
        os.set_inheritable(writing, True)
        os.environ["OPERATORS_OWN"] = "x"
        self.addCleanup(os.environ.pop, "OPERATORS_OWN")
        self.make(FIRST, [self.web()])
        self.deploy(FIRST)
        os.close(writing)
        self.assertEqual(os.read(reading, 1), b"", "someone still holds the pipe of the session")
        os.close(reading)
        pid = int((self.root / "supervisor" / "supervisord.pid").read_text())
        self.assertNotIn("OPERATORS_OWN", procs.environment(pid))
        self.assertEqual(os.getsid(pid), pid)
        self.assertEqual({os.readlink("/proc/%d/fd/%d" % (pid, number)) for number in (0, 1, 2)}, {os.devnull})
        self.assertEqual(os.stat(files.control_socket(self.root)).st_mode & 0o777, 0o700)

    def test_what_runs_already_is_left_alone(self) -> None:
        self.make(FIRST, [self.web()])
        self.deploy(FIRST)
        before = self.get()
        again = restart.run(UndoContext(self.root, FIRST), {"service": "supervisord", "processes": [self.web()]})
        self.assertEqual((again.status, again.text), ("STOPPED", "every process runs %s already" % FIRST))
        self.assertEqual(self.get(), before)

    def test_a_unix_socket_and_a_process_without_one(self) -> None:
        path = str(self.root / "shared" / "run" / "web.sock")
        web = self.web(listen="unix:" + path)
        self.make(FIRST, [web, process("worker", "python -c 'import time; time.sleep(600)'")])
        reply = self.deploy(FIRST)
        self.assertEqual(reply["outcome"], "proven", self.controller.messages)
        self.assertEqual(ask_unix(path)[0], FIRST)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o666)
        names = [one["name"] for one in survey(self.root, "supervisord")["processes"]]
        self.assertEqual(names, ["web:web_0", "worker:worker_0"])

    def test_a_root_too_long_for_a_socket(self) -> None:
        self.root = self.work / ("a" * 60) / ("b" * 60)
        self.root.mkdir(parents=True)
        self.place_tool(self.root)
        folder = os.path.dirname(files.control_socket(self.root))
        self.addCleanup(lambda: self.assertFalse(os.path.exists(folder)))
        self.addCleanup(self.end_everything, self.root)
        self.make(FIRST, [self.web()])
        self.assertTrue(folder.startswith("/tmp/conc-"))
        self.assertEqual(self.deploy(FIRST)["outcome"], "proven", self.controller.messages)
        self.assertEqual(self.get()[0], FIRST)
        self.assertEqual(os.stat(folder).st_mode & 0o777, 0o700)

    def test_a_folder_in_tmp_that_others_can_enter_is_refused(self) -> None:
        self.root = self.work / ("a" * 60) / ("c" * 60)
        self.root.mkdir(parents=True)
        folder = os.path.dirname(files.control_socket(self.root))
        os.mkdir(folder, 0o755)
        self.addCleanup(os.rmdir, folder)
        with self.assertRaisesRegex(PermissionError, "someone else made it"):
            files.place(self.root, [])

    def test_what_it_cannot_do_is_told(self) -> None:
        self.make(FIRST, [self.web(listen="[::1]:8000")])
        self.deploy(FIRST)
        done = self.controller.done("restart")
        self.assertEqual((done["status"], done["code"]), ("FAILED", "restart.unfit"))
        self.assertEqual(done["evidence"], ["process web: supervisord can't listen on IPv6 ([::1]:8000)"])

    def test_without_the_tool_it_says_so(self) -> None:
        (self.root / "tools" / "supervisor-4.3.0-00000000" / "tool.json").unlink()
        self.make(FIRST, [self.web()])
        self.deploy(FIRST)
        self.assertIn("there is no supervisor in", self.controller.done("restart")["text"])

    def test_a_port_that_is_taken_is_told_in_supervisors_words(self) -> None:
        import socket

        with socket.socket() as taken:
            taken.bind(("127.0.0.1", self.port))
            taken.listen(1)
            self.make(FIRST, [self.web()])
            reply = self.deploy(FIRST)
        self.assertEqual(reply["outcome"], "undone")
        self.assertIn("Address already in use", "\n".join(self.controller.done("restart")["evidence"]))
        self.assertEqual(self.running(), [])


class RestartTest(SupervisordCase):
    start_seconds = 1

    def test_what_a_restart_that_was_cut_off_left_down_comes_up_first(self) -> None:
        self.make(FIRST, [self.web(2)])
        self.assertEqual(self.deploy(FIRST)["outcome"], "proven", self.controller.messages)
        self.make(SECOND, [self.web(2)])
        supervisor = daemon.answering(self.root)
        assert supervisor is not None
        with closing(supervisor), Clients(self.port) as clients:
            supervisor.stop("web:web_1")
            wait_until(lambda: supervisor.info("web:web_1")["statename"] == "STOPPED", "it is stopped")
            self.assertEqual(self.deploy(SECOND)["outcome"], "proven", self.controller.messages)
        self.assertEqual(clients.failures, [])

    def check_no_request_is_lost(self, count: int) -> None:
        self.make(FIRST, [self.web(count)])
        self.assertEqual(self.deploy(FIRST)["outcome"], "proven", self.controller.messages)
        self.make(SECOND, [self.web(count)])
        with Clients(self.port) as clients:
            wait_until(lambda: len(clients.answers) > 50, "the clients got answers")
            self.assertEqual(self.deploy(SECOND)["outcome"], "proven", self.controller.messages)
            there = len(clients.answers)
            wait_until(lambda: len(clients.answers) > there + 50, "the clients got answers")
        self.assertEqual(clients.failures, [])
        self.assertEqual(set(clients.answers), {FIRST, SECOND})
        self.assertEqual(set(clients.answers[-20:]), {SECOND})

    def test_two_processes_lose_no_request(self) -> None:
        self.check_no_request_is_lost(2)

    def test_one_process_loses_no_request(self) -> None:
        self.check_no_request_is_lost(1)

    def test_a_changed_count_is_said_to_interrupt(self) -> None:
        self.make(FIRST, [self.web(1)])
        self.deploy(FIRST)
        self.make(SECOND, [self.web(3)])
        self.assertEqual(self.deploy(SECOND)["outcome"], "proven")
        self.assertIn(
            "web: socket, count or limits changed, which interrupts requests", self.controller.done("restart")["text"]
        )
        self.assertEqual(len(survey(self.root, "supervisord")["processes"]), 3)

    def test_processes_come_and_go_with_releases(self) -> None:
        self.make(FIRST, [self.web(), process("worker", "sleep 600")])
        self.deploy(FIRST)
        self.make(SECOND, [self.web(), process("beat", "sleep 600")])
        self.deploy(SECOND)
        self.assertIn("worker stopped", self.controller.done("restart")["text"])
        names = [one["name"] for one in survey(self.root, "supervisord")["processes"]]
        self.assertEqual(names, ["beat:beat_0", "web:web_0"])
        self.assertTrue((self.root / "bin" / "worker").exists())


class FailureTest(SupervisordCase):
    start_seconds = 1

    def test_one_that_does_not_start_is_undone_while_the_others_serve(self) -> None:
        self.make(FIRST, [self.web(2)])
        self.deploy(FIRST)
        self.make(SECOND, [self.web(2)], BROKEN)
        with Clients(self.port) as clients:
            wait_until(lambda: len(clients.answers) > 20, "the clients got answers")
            reply = self.deploy(SECOND)
            there = len(clients.answers)
            wait_until(lambda: len(clients.answers) > there + 20, "the clients got answers")
        self.assertEqual((clients.failures, set(clients.answers)), ([], {FIRST}))
        self.assertEqual((reply["outcome"], reply["job"]), ("undone", "restart"))
        done = self.controller.done("restart")
        self.assertIn("web:web_0 did not start: Exited too quickly", done["text"])
        self.assertEqual(done["evidence"], ["the last lines of shared/log/web_0.log:", "| no such column: colour"])
        self.assertEqual(self.controller.undone()["text"], "current: %s → %s, restarted, healthy" % (SECOND, FIRST))
        self.assertEqual(states.read(self.root, SECOND)["state"], "failed")

    def test_one_that_is_not_healthy_is_undone(self) -> None:
        self.make(FIRST, [self.web(2)])
        self.deploy(FIRST)
        self.make(SECOND, [self.web(2)], APP, status=500)
        reply = self.deploy(SECOND)
        self.assertEqual((reply["outcome"], reply["job"]), ("undone", "health"))
        done = self.controller.done("health")
        self.assertEqual(done["text"], "GET /healthz 500, 8 tries")
        self.assertRegex(done["evidence"][0], r"^the last lines of shared/log/web_[01]\.log:$")
        self.assertEqual(done["evidence"][1:], ["| serving " + SECOND])
        self.assertEqual(self.get()[0], FIRST)

    def test_a_first_one_that_is_not_healthy_leaves_nothing(self) -> None:
        self.make(FIRST, [self.web()], APP, status=500)
        reply = self.deploy(FIRST)
        self.assertEqual((reply["outcome"], reply["current"], reply["serving"]), ("undone", None, None))
        self.assertIn("supervisord and 2 processes are stopped", self.controller.undone()["text"])
        self.assertEqual(self.running(), [])


class LifeTest(SupervisordCase):
    def setUp(self) -> None:
        super().setUp()
        self.make(FIRST, [self.web()])
        self.assertEqual(self.deploy(FIRST)["outcome"], "proven", self.controller.messages)

    def pid(self) -> int:
        return int((self.root / "supervisor" / "supervisord.pid").read_text())

    def stop(self) -> str:
        return stop.serve(Controller().channel, {"root": str(self.root), "service": "supervisord"})["text"]

    def test_stop_ends_everything(self) -> None:
        self.assertEqual(self.stop(), "supervisord and 2 processes are stopped")
        self.assertEqual(self.running(), [])
        self.assertEqual(self.stop(), "")
        self.assertEqual(survey(self.root, "supervisord")["processes"], [])

    def test_the_line_for_the_crontab_starts_what_serves(self) -> None:
        self.stop()
        subprocess.run(
            [str(self.root / "bin" / "supervisord")], env={"HOME": "/"}, check=True, stdin=subprocess.DEVNULL
        )
        wait_until(self.answers, "it serves")
        self.assertEqual(self.get()[0], FIRST)

    def test_after_a_reboot_within_the_trial_the_former_release_serves(self) -> None:
        self.make(SECOND, [self.web()])
        self.stop()
        serving.write(self.root, serving.trial(FIRST, SECOND)._replace(boot="before:1"))
        release.point_current(self.root, SECOND)
        subprocess.run([str(self.root / "bin" / "supervisord")], check=True, stdin=subprocess.DEVNULL)
        wait_until(self.answers, "it serves")
        self.assertEqual(self.get()[0], FIRST)

    def test_what_a_killed_supervisord_left_is_ended_before_a_new_one_starts(self) -> None:
        os.kill(self.pid(), signal.SIGKILL)
        wait_until(lambda: not procs.is_alive(self.pid()), "it is dead")
        self.assertEqual(self.get()[0], FIRST)
        left = self.running()
        self.make(SECOND, [self.web()])
        self.assertEqual(self.deploy(SECOND)["outcome"], "proven", self.controller.messages)
        self.assertIn("2 left of a supervisord that was killed are ended", self.controller.done("restart")["text"])
        self.assertEqual(self.get()[0], SECOND)
        self.assertEqual([pid for pid in left if procs.is_alive(pid)], [])

    def test_a_process_that_someone_stopped_is_started_again(self) -> None:
        conf = str(files.conf_path(self.root))
        control = [str(self.root / "tools/supervisor/venv/bin/python"), "-m", "supervisor.supervisorctl", "-c", conf]
        subprocess.run([*control, "stop", "web:web_0"], check=True, stdout=subprocess.DEVNULL)
        again = restart.run(UndoContext(self.root, FIRST), {"service": "supervisord", "processes": [self.web()]})
        self.assertEqual((again.status, again.text), ("OK", "web"))
        self.assertEqual(self.get()[0], FIRST)

    def test_a_newer_tool_is_what_the_next_start_takes(self) -> None:
        newer = self.root / "tools" / "supervisor-4.4.0-11111111"
        newer.mkdir()
        (newer / "tool.json").write_text('{"wheels": []}')
        os.utime(str(newer / "tool.json"), (4e9, 4e9))
        files.place(self.root, [self.web()])
        self.assertEqual(os.readlink(str(self.root / "tools" / "supervisor")), newer.name)
        self.assertEqual(self.get()[0], FIRST)

    def answers(self) -> bool:
        try:
            return bool(self.get())
        except OSError:
            return False


class ConfTest(SupervisordCase):
    def test_it_names_no_release_so_that_most_deploys_change_nothing(self) -> None:
        text = files.conf(self.root, [self.web()])
        make_release(self.root, THIRD, [self.web()])
        files.place(self.root, [self.web()])
        before = os.stat(str(files.conf_path(self.root))).st_ino
        files.place(self.root, [self.web()])
        self.assertEqual(os.stat(str(files.conf_path(self.root))).st_ino, before)
        self.assertNotRegex(text, r"r\d+-[0-9a-f]{8}")

    def test_signs_that_its_format_uses_are_escaped(self) -> None:
        text = files.conf(Path("/srv/100% sure"), [process("web", "x")])
        self.assertIn("command = '/srv/100%% sure/bin/web'", text)
        self.assertIn("directory = /srv/100%% sure", text)
