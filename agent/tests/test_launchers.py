from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any, Dict, List

from conc_agent import durable, serving, trash
from conc_agent.env import generations
from conc_agent.launchers import SHEBANG_LIMIT, place_launchers, shebang

from .controller import wait_until
from .making import FIRST, PYTHON, SECOND, THIRD, RootCase, make_release, process

#: Tells what it was started with, as JSON.
TELL = (
    "python -c 'import json, os, sys; print(json.dumps(dict(env=dict(os.environ), argv=sys.argv[1:], cwd=os.getcwd(), "
    'prefix=sys.prefix, pid=os.getpid())))\' one "two words"'
)


class LauncherTest(RootCase):
    def setUp(self) -> None:
        super().setUp()
        self.web = process("web", TELL, COLOUR="red")
        for name in (FIRST, SECOND):
            make_release(self.root, name, [self.web])
        serving.write(self.root, serving.settled(None, FIRST))

    def start(self, *more: str, **options: Any) -> Dict[str, Any]:
        options.setdefault("env", {"PATH": "/usr/bin:/bin", "PYTHONPATH": "/nonesuch"})
        output = subprocess.run([str(self.root / "bin" / "web"), *more], check=True, stdout=subprocess.PIPE, **options)
        return json.loads(output.stdout.decode())

    def refused(self, name: str = "web") -> str:
        ended = subprocess.run([str(self.root / "bin" / name)], stderr=subprocess.PIPE)
        self.assertEqual(ended.returncode, 1)
        return ended.stderr.decode().strip()

    def test_the_environment_of_a_process(self) -> None:
        home = self.root / "releases" / FIRST
        told = self.start("three")
        self.assertEqual(told["argv"], ["one", "two words", "three"])
        self.assertEqual(told["cwd"], str(home))
        self.assertEqual(told["prefix"], str(home / "venv"))
        environment = told["env"]
        self.assertEqual(environment["PATH"], "%s/venv/bin:/usr/bin:/bin" % home)
        self.assertEqual(environment["VIRTUAL_ENV"], str(home / "venv"))
        self.assertEqual(environment["COLOUR"], "red")
        self.assertNotIn("PYTHONPATH", environment)
        own = {key: value for key, value in environment.items() if key.startswith("CONC_")}
        expected = {"ROOT": str(self.root), "RELEASE": FIRST, "PROCESS": "web", "SHARED": str(self.root / "shared")}
        expected["STATIC"] = str(home / "static")
        self.assertEqual(own, {"CONC_" + key: value for key, value in expected.items()})

    def test_which_release_it_starts(self) -> None:
        trial = serving.trial(FIRST, SECOND)
        for state, expected in (
            (trial, SECOND),
            (trial._replace(boot="before:1"), FIRST),
            (trial._replace(boot="before:1", source=None), SECOND),
            (trial._replace(boot=None, confirmed=True), SECOND),
            (serving.settled(FIRST, SECOND)._replace(boot="before:1"), SECOND),
        ):
            with self.subTest(state):
                serving.write(self.root, state)
                self.assertEqual(self.start()["env"]["CONC_RELEASE"], expected)
                self.assertEqual(serving.chosen(self.root), expected, "launchers and the agent have one rule")

    def test_what_keeps_it_from_starting_is_said(self) -> None:
        (self.root / "bin" / "other").write_text((self.root / "bin" / "web").read_text().replace("'web'", "'other'"))
        (self.root / "bin" / "other").chmod(0o755)
        self.assertEqual(self.refused("other"), "conc: %s has no process named other" % FIRST)
        serving.write(self.root, serving.settled(None, THIRD))
        self.assertEqual(self.refused(), "conc: %s, which should serve, is not there" % THIRD)
        (self.root / "serving.json").unlink()
        self.assertEqual(self.refused(), "conc: no release serves in %s" % self.root)

    def with_secrets(self, number: int, **values: str) -> None:
        record = make_release(self.root, THIRD, [self.web])
        durable.write_json(self.root / "releases" / THIRD / "release.json", dict(record, env=number))
        serving.write(self.root, serving.settled(None, THIRD))
        if values:
            generations.add(self.root, number, values, {}, "ann", None)

    def test_a_process_gets_the_secrets_that_its_release_names(self) -> None:
        self.with_secrets(2, TOKEN='a "b"\n=é', COLOUR="blue", VIRTUAL_ENV="/elsewhere")
        generations.add(self.root, 3, {"TOKEN": "another"}, {}, "ann", None)
        for locale in ("C", "C.UTF-8", "en_US.ISO-8859-1"):
            told = self.start(env={"PATH": "/usr/bin:/bin", "LC_ALL": locale, "PYTHONUTF8": "0"})["env"]
            self.assertEqual(os.fsencode(told["TOKEN"]), 'a "b"\n=é'.encode(), locale)
        self.assertEqual(told["COLOUR"], "blue", "a secret wins over process.web.env")
        self.assertEqual(told["VIRTUAL_ENV"], str(self.root / "releases" / THIRD / "venv"))
        serving.write(self.root, serving.settled(None, FIRST))
        self.assertNotIn("TOKEN", self.start()["env"])

    def test_it_reads_what_systemd_hands_over_and_what_lies_there_otherwise(self) -> None:
        self.with_secrets(2, TOKEN="from the root")
        handed = self.work / "credentials"
        handed.mkdir()
        env = {"PATH": "/usr/bin:/bin", "CREDENTIALS_DIRECTORY": str(handed)}
        self.assertEqual(self.start(env=env)["env"]["TOKEN"], "from the root")
        (handed / "env_2.json").write_text('{"values": {"TOKEN": "handed over"}}')
        self.assertEqual(self.start(env=env)["env"]["TOKEN"], "handed over")

    def test_without_its_secrets_it_is_not_started_and_its_log_says_why(self) -> None:
        self.with_secrets(2)
        path = self.root / "env" / "2.json"
        begin = "conc: web is not started: %s, which holds its secrets, can't be read: " % path
        self.assertEqual(self.refused(), begin + "No such file or directory")
        path.parent.mkdir()
        for text in ("{", "[]", '{"values": {"TOKEN": 1}}', '{"values": "canary"}'):
            path.write_text(text)
            self.assertEqual(self.refused(), begin + "it is damaged")

    def test_a_command_that_is_not_there_is_named(self) -> None:
        make_release(self.root, THIRD, [process("web", "nonesuch --now")])
        serving.write(self.root, serving.settled(None, THIRD))
        self.assertEqual(
            self.refused(), "conc: web of %s can't be started: nonesuch: No such file or directory" % THIRD
        )

    def test_the_release_is_held_for_as_long_as_the_process_lives(self) -> None:
        make_release(self.root, THIRD, [process("web", "sleep 600")])
        serving.write(self.root, serving.settled(None, THIRD))
        running = subprocess.Popen([str(self.root / "bin" / "web")])
        self.addCleanup(_end, running)
        wait_until(lambda: _command(running.pid)[:1] == ["sleep"], "the launcher became the process")
        self.assertFalse(_can_lock(self.root / "releases" / THIRD / ".alive"))
        _end(running)
        self.assertTrue(_can_lock(self.root / "releases" / THIRD / ".alive"))

    def test_a_release_that_is_pruned_while_it_waits_is_not_started(self) -> None:
        """The launcher waits for the lock of the first release, which goes to the trash; then the second one serves."""
        held = os.open(str(self.root / "releases" / FIRST / ".alive"), os.O_RDWR)
        fcntl.flock(held, fcntl.LOCK_EX)
        waiting = subprocess.Popen([str(self.root / "bin" / "web")], stdout=subprocess.PIPE)
        self.addCleanup(_end, waiting)
        wait_until(lambda: "flock" in _stack(waiting.pid), "the launcher waits for the lock")
        trash.discard(self.root, self.root / "releases" / FIRST)
        serving.write(self.root, serving.settled(None, SECOND))
        os.close(held)
        output, _ = waiting.communicate()
        self.assertEqual(json.loads(output.decode())["env"]["CONC_RELEASE"], SECOND)

    def test_a_listening_socket_is_handed_over_as_systemd_does(self) -> None:
        code = (
            "import json, os, socket; s = socket.socket(fileno=3); print(json.dumps([s.getsockname()[1], "
            's.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN), os.environ["LISTEN_FDS"], '
            'int(os.environ["LISTEN_PID"]) == os.getpid(), os.read(0, 1) == b""]))'
        )
        make_release(self.root, THIRD, [process("web", "python -c '%s'" % code)])
        serving.write(self.root, serving.settled(None, THIRD))
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen(1)
            told = self.start(stdin=listening)
            self.assertEqual(told, [listening.getsockname()[1], 1, "1", True, True])

    def test_another_socket_as_stdin_stays(self) -> None:
        near, far = socket.socketpair()
        with near, far:
            self.assertNotIn("LISTEN_FDS", self.start(stdin=far)["env"])

    def test_it_loads_little(self) -> None:
        out = subprocess.run(
            [PYTHON, "-X", "importtime", "-IS", str(self.root / "bin" / "web")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={"PATH": "/usr/bin:/bin"},
        )
        loaded = {line.rpartition("|")[2].strip() for line in out.stderr.decode().splitlines()}
        self.assertEqual(loaded & {"site", "socket", "subprocess", "typing", "pathlib", "asyncio", "tempfile"}, set())

    def test_signals_that_python_ignores_are_not_ignored_by_the_process(self) -> None:
        make_release(self.root, THIRD, [process("web", "grep SigIgn /proc/self/status")])
        serving.write(self.root, serving.settled(None, THIRD))
        out = subprocess.run([str(self.root / "bin" / "web")], stdout=subprocess.PIPE, check=True, restore_signals=True)
        ignored = int(out.stdout.split()[1], 16)
        for sign in (signal.SIGPIPE, signal.SIGXFSZ):
            self.assertFalse(ignored & 1 << (sign - 1), sign)


class PlacingTest(RootCase):
    def place(self, python: str, name: str = "web") -> Path:
        folder = self.root / "releases" / FIRST
        folder.mkdir(parents=True, exist_ok=True)
        place_launchers(self.root, folder, {"processes": [{"name": name}], "interpreter": {"executable": python}})
        return self.root / "bin" / name

    def test_a_launcher_is_replaced_by_rename(self) -> None:
        path = self.place(PYTHON)
        with path.open() as being_read:
            self.place(PYTHON)
            self.assertFalse(os.path.samestat(os.fstat(being_read.fileno()), path.stat()))
        self.assertEqual(path.stat().st_mode & 0o777, 0o755)
        self.assertEqual(sorted(os.listdir(str(path.parent))), ["web"])
        self.assertTrue((self.root / "releases" / FIRST / ".alive").exists())

    def test_a_long_or_spaced_interpreter_is_started_by_sh(self) -> None:
        for folder in ("a" * SHEBANG_LIMIT, "with space"):
            with self.subTest(folder):
                python = self.work / folder / "python3"
                python.parent.mkdir()
                python.symlink_to(PYTHON)
                path = self.place(str(python))
                self.assertTrue(path.read_text().startswith("#!/bin/sh\n"))
                ended = subprocess.run([str(path)], stderr=subprocess.PIPE)
                self.assertEqual(ended.stderr.decode().strip(), "conc: no release serves in %s" % self.root)

    def test_a_short_one_by_the_kernel(self) -> None:
        self.assertEqual(shebang("/usr/bin/python3"), "#!/usr/bin/python3 -IS")

    def test_names_that_would_leave_the_folder_are_refused(self) -> None:
        for name in ("../x", "a/b", "", ".hidden", "supervisord"):
            with self.subTest(name), self.assertRaisesRegex(ValueError, "not a name for a process"):
                self.place(PYTHON, name)


def _end(running: subprocess.Popen[bytes]) -> None:
    if running.poll() is None:
        running.kill()
    running.wait()
    if running.stdout:
        running.stdout.close()


def _command(pid: int) -> List[str]:
    return Path("/proc/%d/cmdline" % pid).read_text().split("\0")


def _stack(pid: int) -> str:
    """The system call that it is in: flock(2) is 73 on x86_64 and 32 on aarch64."""
    number = Path("/proc/%d/syscall" % pid).read_text().split()[0]
    return "flock" if number in ("73", "32") else number


def _can_lock(path: Path) -> bool:
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
