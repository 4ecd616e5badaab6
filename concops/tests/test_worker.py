# pyright: reportOptionalMemberAccess=false, reportOptionalIterable=false, reportArgumentType=false

import os
import signal
import subprocess
import sys
import time
from hashlib import sha256

from concops.worker.parent import Worker, WorkerError

from tests.folder import CODE, FolderCase


class WorkerCase(FolderCase):
    """A worker on a list of jobs that the test writes."""

    def worker(self, text, module="shop.devops.jobs", attribute="jobs", **more):
        self.write(module.replace(".", "/") + ".py", "from concops import *\n" + text)
        worker = Worker(sys.executable, CODE, **more)
        self.addCleanup(worker.close)
        self.opened = worker.open(module, attribute, [str(self.folder)])
        return worker

    def one(self, lines, ncd=None, sudo=None, secrets=(), **more):
        """Run one op of these lines: what it came to. Its records are in ``self.logs``."""
        body = "\n".join("    " + line for line in lines)
        worker = self.worker("def one(ncd, sudoPass):\n%s\njobs = [Job(Host.remote, one)]\n" % body, **more)
        self.logs = []
        return worker.run(0, "one", ncd or {}, sudo, self.logs.append, None, secrets)

    def messages(self):
        return [(record["name"], record["level"], record["message"]) for record in self.logs]


class OpenTest(WorkerCase):
    def test_tells_its_python_and_what_it_loaded(self):
        self.write("shop/devops/steps.py", "from concops import Status\ndef step(ncd, sudoPass): return Status.ok\n")
        self.write("shop/devops/unused.py", "")
        self.worker("from shop.devops.steps import step\njobs = [Job(Host.remote, step)]\n")
        self.assertEqual("%d.%d.%d" % sys.version_info[:3], self.opened["python"])
        files = {name: self.folder / "shop/devops" / (name + ".py") for name in ("jobs", "steps")}
        self.assertEqual(
            {"shop.devops." + name: sha256(file.read_bytes()).hexdigest() for name, file in files.items()},
            self.opened["digests"],
        )

    def refusal(self, text, **more):
        with self.assertRaises(WorkerError) as caught:
            self.worker(text, **more)
        return caught.exception

    def test_business_imports_belong_inside_ops(self):
        error = self.refusal("import no_such_business\njobs = []\n")
        self.assertEqual("sequence.import", error.code)
        self.assertIn("No module named 'no_such_business'", error.message)
        self.assertIn("inside ops", error.hint)
        self.assertIn("import no_such_business", "\n".join(error.traceback))

    def test_no_such_module(self):
        worker = Worker(sys.executable, CODE)
        self.addCleanup(worker.close)
        with self.assertRaises(WorkerError) as caught:
            worker.open("shop.devops.jobs", "jobs", [str(self.folder)])
        self.assertEqual(
            ("sequence.module", "there is no module shop"), (caught.exception.code, caught.exception.message)
        )

    def test_no_such_attribute(self):
        error = self.refusal("jobs = []\n", attribute="migration")
        self.assertEqual(("sequence.attribute", "shop.devops.jobs has no migration"), (error.code, error.message))

    def test_a_syntax_error(self):
        error = self.refusal("jobs = [\n")
        self.assertEqual("sequence.raised", error.code)
        self.assertIn("SyntaxError", error.message)

    def test_an_exit_while_reading(self):
        self.assertIn("SystemExit: 2", self.refusal("raise SystemExit(2)\n").message)

    def test_no_interpreter(self):
        with self.assertRaises(WorkerError) as caught:
            Worker(str(self.folder / "python"), CODE)
        self.assertEqual("worker.start", caught.exception.code)

    def test_an_interpreter_that_ends_has_its_last_words(self):
        worker = Worker(sys.executable, str(self.folder))
        self.addCleanup(worker.close)
        with self.assertRaises(WorkerError) as caught:
            worker.open("jobs", "jobs", [])
        self.assertEqual("worker.ended", caught.exception.code)
        self.assertIn("concops", caught.exception.traceback[-1])


class RunTest(WorkerCase):
    def test_what_an_op_comes_to(self):
        done = self.one(["return Result('OK', 'so it is', {'schema': 2})"])
        self.assertEqual(
            {"status": "OK", "text": "so it is", "ncd": {}, "removed": [], "recorded": {"schema": 2}, "evidence": []},
            done,
        )

    def test_attributes_that_it_changes(self):
        lines = ["ncd['workers'] = [1, 2]", "ncd['new'] = {'a': None}", "ncd['same'] = 'x'", "del ncd['old']"]
        done = self.one([*lines, "return Status.stopped"], {"workers": "4", "old": "1", "same": "x", "kept": [1]})
        self.assertEqual("STOPPED", done["status"])
        self.assertEqual(({"workers": [1, 2], "new": {"a": None}}, ["old"]), (done["ncd"], done["removed"]))

    def test_an_attribute_changed_within(self):
        self.assertEqual({"a": [1, 2]}, self.one(["ncd['a'].append(2)", "return 'OK'"], {"a": [1]})["ncd"])

    def test_attributes_that_are_no_json_stay_behind_and_it_says_so(self):
        done = self.one(["ncd['path'] = object()", "ncd['inf'] = float('inf')", "return Status.ok"])
        self.assertEqual({}, done["ncd"])
        self.assertIn("ncd['path'] holds object, which is no JSON value", self.messages()[0][2])
        self.assertEqual(2, len(self.logs))

    def test_an_exception_is_its_status(self):
        done = self.one(["return 1 + 'a'"])
        self.assertEqual("ERROR", done["status"])
        self.assertTrue(done["text"].startswith("TypeError: unsupported operand"))
        self.assertEqual("Traceback (most recent call last):", done["evidence"][0])
        self.assertIn("shop/devops/jobs.py", done["evidence"][1])
        self.assertEqual(done["text"], done["evidence"][-1])

    def test_sys_exit_ends_nothing(self):
        self.assertEqual("SystemExit: 1", self.one(["raise SystemExit(1)"])["text"])

    def test_a_long_traceback_keeps_both_ends(self):
        deep = "(lambda f: f(f, 400))(lambda f, n: f(f, n - 1) + 0 if n % 2 else (f(f, n - 1) or 1) if n else 1 // 0)"
        evidence = self.one(["return " + deep])["evidence"]
        self.assertLess(len(evidence), 110)
        self.assertEqual("ZeroDivisionError: ", evidence[-1][: len("ZeroDivisionError: ")])

    def test_a_status_that_is_none(self):
        for returned in ("None", "True", "'fine'", "0"):
            with self.subTest(returned):
                done = self.one(["return " + returned])
                self.assertEqual("ERROR", done["status"])
                self.assertIn("returned %s, which is no status" % returned, done["text"])

    def test_recorded_must_be_json(self):
        self.assertIn("no JSON object", self.one(["return Result('OK', recorded={'a': object()})"])["text"])

    def test_the_name_must_be_that_of_the_position(self):
        worker = self.worker("def one(ncd, sudoPass): return 'OK'\njobs = [Job(Host.remote, one)]\n")
        for position, name in ((0, "two"), (1, "one")):
            with self.assertRaises(WorkerError) as caught:
                worker.run(position, name, {})
            self.assertEqual("sequence.moved", caught.exception.code)
        self.assertEqual("OK", worker.run(0, "one", {})["status"])

    def test_undo(self):
        worker = self.worker(
            "def back(ncd, sudoPass): return Result('OK', 'back on ' + ncd['name'])\n"
            "@op(undo=back)\n"
            "def one(ncd, sudoPass): return 'OK'\n"
            "def two(ncd, sudoPass): return 'OK'\n"
            "jobs = [Job(Host.remote, one), Job(Host.remote, two)]\n"
        )
        self.assertEqual("back on web1", worker.undo(0, "one", {"name": "web1"})["text"])
        with self.assertRaises(WorkerError) as caught:
            worker.undo(1, "two", {})
        self.assertEqual("sequence.undo", caught.exception.code)

    def test_freezes_what_it_opened(self):
        worker = self.worker("jobs = default\n")
        frozen = worker.freeze()
        self.assertEqual([], frozen["problems"])
        self.assertEqual(["preflight", "prune"], [frozen["jobs"][0]["name"], frozen["jobs"][-1]["name"]])

    def test_its_environment_is_scrubbed(self):
        os.environ["CONCOPS_TEST_TOKEN"] = "t0ken"
        self.addCleanup(os.environ.pop, "CONCOPS_TEST_TOKEN")
        lines = ["import os", "ncd['names'] = sorted(os.environ)", "ncd['given'] = os.environ['GIVEN']", "return 'OK'"]
        ncd = self.one(lines, env={"GIVEN": "so"})["ncd"]
        self.assertEqual("so", ncd["given"])
        self.assertNotIn("CONCOPS_TEST_TOKEN", ncd["names"])
        self.assertLessEqual({"PATH", "HOME", "GIVEN"}, set(ncd["names"]))


class LogTest(WorkerCase):
    def test_prints_and_records_in_order_of_each_stream(self):
        self.one(
            [
                "import logging, subprocess, sys",
                "print('one')",
                "subprocess.call(['sh', '-c', 'echo two; echo wrong >&2'])",
                "print('unfinished', end='')",
                "sys.stderr.buffer.write(b'\\xff\\n')",
                "return Status.ok",
            ]
        )
        out = [message for name, _, message in self.messages() if name == "stdout"]
        self.assertEqual(["one", "two", "unfinished"], out)
        self.assertIn(("stderr", "WARNING", "wrong"), self.messages())
        self.assertIn(("stderr", "WARNING", "\\xff"), self.messages())

    def test_records_have_host_and_name(self):
        lines = ["import logging", "log = logging.getLogger('shop.devops')", "log.warning('at %d', 4)"]
        self.one([*lines, "log.info('x', extra={'host': 'db1'})", "log.debug('no')", "return 'OK'"], {"host": "web1"})
        self.assertEqual(
            [("WARNING", "web1", "shop.devops", "at 4"), ("INFO", "db1", "shop.devops", "x")],
            [(one["level"], one["host"], one["name"], one["message"]) for one in self.logs],
        )
        self.assertRegex(self.logs[0]["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$")

    def test_an_application_that_sets_logging_up_takes_nothing_away(self):
        config = {"version": 1, "root": {"handlers": [], "level": "ERROR"}}
        self.one(
            [
                "import logging, logging.config",
                "log = logging.getLogger('shop.devops')",
                "logging.config.dictConfig(%r)" % config,
                "log.info('still here')",
                "logging.basicConfig(force=True)",
                "log.info('and here')",
                "return 'OK'",
            ]
        )
        self.assertEqual(["still here", "and here"], [one["message"] for one in self.logs])

    def test_what_is_printed_while_the_list_is_read_comes_with_the_first_op(self):
        worker = self.worker("print('reading')\ndef one(ncd, sudoPass): return 'OK'\njobs = [Job('remote', one)]\n")
        self.logs = []
        worker.run(0, "one", {}, None, self.logs.append)
        self.assertEqual([("stdout", "INFO", "reading")], self.messages())

    def test_a_flood_is_whole(self):
        self.one(["for n in range(20000): print('line', n)", "print('x' * 20000)", "return 'OK'"])
        self.assertEqual(["line %d" % n for n in range(20000)], [m for _, _, m in self.messages()[:20000]])
        self.assertEqual("x" * 20000, "".join(message for _, _, message in self.messages()[20000:]))

    def test_a_forked_child_has_no_part_in_it(self):
        self.one(
            [
                "import logging, os",
                "pid = os.fork()",
                "if not pid:",
                "    logging.getLogger().warning('from the child')",
                "    os._exit(0)",
                "os.waitpid(pid, 0)",
                "return Status.ok",
            ]
        )
        self.assertEqual([("stderr", "WARNING", "from the child")], self.messages())


class SecretTest(WorkerCase):
    SECRET = "p\"w'\\ü ß"

    def test_is_masked_in_all_that_leaves(self):
        done = self.one(
            [
                "import logging, json, sys",
                "print(sudoPass, repr(sudoPass), json.dumps(sudoPass), sudoPass.encode())",
                "logging.getLogger(sudoPass).error('%s', sudoPass, extra={'host': sudoPass})",
                "ncd[sudoPass] = [sudoPass, 'other key']",
                "raise KeyError(sudoPass, 'other key')",
            ],
            sudo=self.SECRET,
            secrets=["other key"],
        )
        everything = repr((done, self.logs))
        for form in (self.SECRET, "other key", "ü", "\\xc3", "u00fc", "\\xfc"):
            self.assertNotIn(form, everything)
        self.assertIn("***", done["text"])
        self.assertEqual({"***": ["***", "***"]}, done["ncd"])
        self.assertEqual(["*** '***' \"***\" b'***'"], [text for name, _, text in self.messages() if name == "stdout"])

    def test_is_masked_where_a_long_line_is_cut(self):
        secret = "s3cret-" * 5
        self.one(
            ["import sys", "for n in range(3000): print(sudoPass, end='', flush=True)", "return 'OK'"], sudo=secret
        )
        self.assertEqual("***" * 3000, "".join(message for _, _, message in self.messages()))

    def test_is_masked_where_a_traceback_is_cut(self):
        secret = "s3cret-" * 5
        for before in range(1960, 2000):
            done = self.one(["raise ValueError('x' * %d + sudoPass)" % before], sudo=secret)
            self.assertNotIn("s3c", repr(done))

    def test_that_is_a_word_of_messages(self):
        for secret in ("text", "status", "OK", "log", "INFO", "x"):
            with self.subTest(secret):
                done = self.one(["print('said', sudoPass)", "return Result('OK', 'fine')"], sudo=secret)
                self.assertEqual(("OK", "fine"), (done["status"], done["text"]))
                self.assertEqual([("stdout", "INFO", "said ***")], self.messages())

    def test_of_several_lines(self):
        self.one(["print(sudoPass)", "return 'OK'"], sudo="-- key\nabcdef\n")
        self.assertEqual(["***", "***"], [message for _, _, message in self.messages()][:2])

    def test_gets_into_no_core_file(self):
        # prctl(2): PR_GET_DUMPABLE.
        lines = [
            "import ctypes, resource",
            "ncd['core'] = [ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE)[0]]",
            "return 'OK'",
        ]
        self.assertEqual({"core": [0, 0]}, self.one(lines, sudo="s3cret")["ncd"])

    def test_is_in_no_argv_and_no_environment(self):
        lines = ["import subprocess", "subprocess.Popen(['sleep', '600'])", "return 'OK'"]
        self.one(lines, sudo="n0where-at-all")
        found = []
        for pid in (name for name in os.listdir("/proc") if name.isdigit()):
            for file in ("cmdline", "environ"):
                try:
                    with open("/proc/%s/%s" % (pid, file), "rb") as opened:
                        found += [pid] if b"n0where-at-all" in opened.read() else []
                except OSError:
                    pass
        self.assertEqual([], found)


class EndTest(WorkerCase):
    def alive(self, pid):
        try:
            with open("/proc/%d/stat" % pid) as file:
                return file.read().rpartition(")")[2].split()[0] not in "ZX"
        except OSError:
            return False

    def gone(self, pid):
        """Soon: who was sent a SIGKILL still has to be given a processor to end on."""
        deadline = time.monotonic() + 120
        while self.alive(pid) and time.monotonic() < deadline:
            time.sleep(0.02)
        return not self.alive(pid)

    def sleeper(self, start):
        """An op that starts a process in its own way and then waits; and its process's pid."""
        return self.worker(
            "import subprocess, time\n"
            "def one(ncd, sudoPass):\n"
            "    print(subprocess.Popen(%s).pid)\n"
            "    while ncd.get('wait', True): time.sleep(1)\n"
            "    return 'OK'\n"
            "jobs = [Job(Host.remote, one)]\n" % start
        )

    def cancelled(self, worker):
        pids = []

        def check():
            if pids:
                raise TimeoutError

        with self.assertRaises(TimeoutError):
            worker.run(0, "one", {}, None, lambda record: pids.append(int(record["message"])), check)
        return pids[0]

    def test_a_cancelled_op_ends_with_what_it_started(self):
        worker = self.sleeper("['sleep', '600']")
        pid = self.cancelled(worker)
        self.assertTrue(self.gone(pid))
        self.assertTrue(self.gone(worker.pid))

    def test_so_does_what_left_its_session(self):
        self.assertTrue(self.gone(self.cancelled(self.sleeper("['sleep', '600'], start_new_session=True"))))

    def test_so_does_what_lost_its_parent_too(self):
        daemon = "['sh', '-c', 'setsid sleep 600 & echo $!']"
        self.assertTrue(self.gone(self.cancelled(self.sleeper(daemon))))

    def test_so_does_what_ignores_sigterm(self):
        import concops.worker.parent as parent

        self.addCleanup(setattr, parent, "GRACE", parent.GRACE)
        parent.GRACE = 0.3
        stubborn = "['sh', '-c', 'trap \"\" TERM; while :; do sleep 1; done']"
        self.assertTrue(self.gone(self.cancelled(self.sleeper(stubborn))))

    def test_closing_ends_what_is_in_its_group(self):
        worker = self.sleeper("['sleep', '600']")
        pids = []
        worker.run(0, "one", {"wait": False}, None, lambda record: pids.append(int(record["message"])))
        self.assertTrue(self.alive(pids[0]))
        worker.close()
        self.assertTrue(self.gone(pids[0]))

    def test_the_end_of_who_started_it_is_its_own(self):
        self.write("jobs.py", "jobs = []\n")
        program = (
            "import sys, time; sys.path.insert(0, %r)\n"
            "from concops.worker.parent import Worker\n"
            "worker = Worker(sys.executable, %r); worker.open('jobs', 'jobs', [%r])\n"
            "print(worker.pid, flush=True); time.sleep(600)\n" % (CODE, CODE, str(self.folder))
        )
        parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        pid = int(parent.stdout.readline())
        self.assertTrue(self.alive(pid))
        parent.send_signal(signal.SIGKILL)
        parent.communicate()
        self.assertTrue(self.gone(pid))

    def test_an_op_that_ends_the_process(self):
        with self.assertRaises(WorkerError) as caught:
            self.one(["import os", "os._exit(3)"])
        self.assertEqual("worker.ended", caught.exception.code)
        self.assertIn("with exit code 3", caught.exception.message)

    def test_an_op_that_crashes_it_while_a_forked_child_holds_its_pipe(self):
        lines = ["import os, time", "pid = os.fork()", "if not pid: time.sleep(600)", "print(pid, flush=True)"]
        with self.assertRaises(WorkerError) as caught:
            self.one([*lines, "time.sleep(0.2)", "os.kill(os.getpid(), 11)", "time.sleep(600)"])
        self.assertIn("by signal 11", caught.exception.message)
        self.assertTrue(self.gone(int(self.logs[0]["message"])))

    def test_can_be_closed_twice_and_not_asked_afterwards(self):
        worker = self.worker("jobs = []\n")
        worker.close()
        worker.close()
        with self.assertRaises(WorkerError):
            worker.freeze()
