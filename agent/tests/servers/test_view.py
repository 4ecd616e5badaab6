from __future__ import annotations

import os
import unittest
from pathlib import Path

from conc_agent.servers import inside, view
from conc_agent.servers.view import NoView


class NestedTest(unittest.TestCase):
    def test_paths_as_a_tree(self) -> None:
        gone, link = None, {"link": "x"}
        self.assertEqual(
            inside.nested({"a/b/c": link, "a/d": gone, "e": link}),
            {"a": {"b": {"c": [link]}, "d": [gone]}, "e": [link]},
        )


class ViewTest(unittest.TestCase):
    """As root what is seen; as another user, that it can't be had."""

    def run_in_view(self, script: str) -> str:
        new = {"data": b"new\n", "mode": "0640", "uid": 0, "gid": 0}
        changes = {"hostname": new, "conc-test/deep/file": new, "conc-test/link": {"link": "deep/file"}, "passwd": None}
        return view.run(["/bin/sh", "-c", script], changes, ["/run", "/no/such/folder"]).output.decode()

    def test_sees_what_is_to_be_and_changes_nothing(self) -> None:
        if os.geteuid() != 0:
            with self.assertRaises(NoView):
                self.run_in_view("true")
            return
        before = sorted(os.listdir("/etc")), Path("/etc/passwd").read_bytes(), sorted(os.listdir("/run"))
        script = "cat /etc/hostname /etc/conc-test/link; ls /etc/passwd; head -c 5 /etc/group; echo x >/run/conc-test"
        self.assertRegex(self.run_in_view(script), r"\Anew\nnew\nls: .*/etc/passwd.*\nroot:\Z")
        self.assertIn("-rw-r----- ", self.run_in_view("ls -l /etc/conc-test/deep/file"))
        after = sorted(os.listdir("/etc")), Path("/etc/passwd").read_bytes(), sorted(os.listdir("/run"))
        self.assertEqual(before, after)

    def test_how_a_program_ends_is_told(self) -> None:
        if os.geteuid() == 0:
            self.assertEqual(view.run(["/bin/sh", "-c", "exit 3"], {}, []).code, 3)
