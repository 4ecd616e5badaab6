# pyright: reportOptionalMemberAccess=false, reportOptionalIterable=false, reportArgumentType=false

import os
import subprocess
import sys
import unittest
from unittest import mock

from concops.freeze import freeze

from concops import Command, Host, Job, check
from tests.folder import FolderCase


class CommandTest(FolderCase):
    def test_its_last_line_is_its_text_and_all_is_logged(self):
        with self.assertLogs("concops", "INFO") as logs:
            result = Command("/bin/sh", "-c", "echo one; echo two >&2")({}, None)
        self.assertEqual(("OK", "two"), (result, result.text))
        self.assertEqual(["one", "two"], [record.getMessage() for record in logs.records])

    def test_words_stay_words(self):
        with self.assertLogs("concops", "INFO"):
            result = Command(sys.executable, "-c", "import sys; print(sys.argv[1:])", "a b; $(x) *", "")({}, None)
        self.assertEqual("['a b; $(x) *', '']", result.text)

    def test_one_that_fails(self):
        with self.assertLogs("concops", "INFO"):
            result = Command("/bin/sh", "-c", "echo why; exit 3")({}, None)
        self.assertEqual(("FAILED", "/bin/sh ended with exit code 3", ("why",)), (result, result.text, result.evidence))
        self.assertIn("signal 9", Command("/bin/sh", "-c", "kill -9 $$")({}, None).text)

    def test_one_that_is_not_there(self):
        self.assertIn("No such file", Command(str(self.folder / "none"))({}, None).text)

    def test_its_input_is_empty(self):
        self.assertEqual("OK", Command("/bin/sh", "-c", "read line && exit 1; exit 0")({}, None))

    def test_its_name_policy_and_rule(self):
        command = Command("/usr/bin/systemctl", "reload", "my app", sudo=True, again="safe", phase="after", timeout=5)
        self.assertEqual("Command('/usr/bin/systemctl', 'reload', 'my app')", Job(Host.remote, command).name)
        (frozen,), _ = freeze([Job(Host.remote, command)])
        line = "/usr/bin/systemctl reload 'my app'"
        self.assertEqual(
            (True, [line], "safe", "after", 5),
            tuple(frozen[key] for key in ("sudo", "sudoCommands", "again", "phase", "timeout")),
        )
        self.assertEqual((["runs " + line], ["sudo " + line]), (frozen["plan"], frozen["byHand"]))
        self.assertEqual([], check([Job(Host.remote, Command("ls")), Job(Host.local, Command("ls", "-l"))]))

    def test_with_sudo_a_program_is_an_absolute_path(self):
        with self.assertRaisesRegex(ValueError, "absolute"):
            Command("systemctl", "reload", "nginx", sudo=True)
        with self.assertRaises(ValueError):
            Command()


@unittest.skipUnless(os.geteuid() == 0, "sets up users of its own: needs root")
class SudoTest(FolderCase):
    """Which way sudo is called: a program of that name, first on the path, writes down what it was given."""

    def called(self, password):
        sudo = self.write("sudo", '#!/bin/sh\nprintf "%s " "$@" > "$0.argv"\ncat > "$0.stdin"\n')
        sudo.chmod(0o755)
        path = "%s:%s" % (self.folder, os.environ["PATH"])
        with mock.patch.dict(os.environ, {"PATH": path}), mock.patch("os.geteuid", return_value=1000):
            self.assertEqual("OK", Command("/bin/true", "x", sudo=True)({}, password))
        return (self.folder / "sudo.argv").read_text().strip(), (self.folder / "sudo.stdin").read_text()

    def test_without_a_password(self):
        self.assertEqual(("-n -- /bin/true x", ""), self.called(None))

    def test_a_password_goes_down_the_pipe(self):
        self.assertEqual(("-k -S -p  -- /bin/true x", "s3cret\n"), self.called("s3cret"))

    def test_root_needs_none(self):
        with self.assertLogs("concops", "INFO"):
            result = Command("/usr/bin/id", "-u", sudo=True)({}, None)
        self.assertEqual(subprocess.check_output(["id", "-u"], text=True).strip(), result.text)
