"""Init scripts as values; what they do is seen on a machine that sysvinit booted (test/e2e/initscript.test.ts)."""

from __future__ import annotations

import os
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict
from unittest import mock

from conc_agent.services import initscript, initscript_root, initscripts
from conc_agent.services.initscripts import Script
from conc_agent.services.manifest import Unfit

from ..making import process
from .test_manifest import NOBODY


def asked(**more: Any) -> Dict[str, Any]:
    return dict(process("web", "x", count=2), user=NOBODY, **more)


class ScriptsTest(unittest.TestCase):
    def test_a_shell_takes_it_and_it_tells_what_it_is(self) -> None:
        root = Path("/srv/my shop")
        ((name, text),) = initscripts.scripts(root, [asked()]).items()
        self.assertEqual(name, "conc-srv-my_20shop-web")
        self.assertEqual(initscripts.read(text), Script("web", 2, NOBODY))
        checked = subprocess.run(["sh", "-n"], input=text.encode(), stderr=subprocess.PIPE)
        self.assertEqual(checked.stderr, b"")
        self.assertNotIn("releases", text)

    def test_scripts_of_a_root_below_are_not_this_ones(self) -> None:
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(initscripts, "FOLDER", Path(folder)):
            for root in (Path("/srv/a"), Path("/srv/a/b")):
                for name, text in initscripts.scripts(root, [asked()]).items():
                    (Path(folder) / name).write_text(text)
            self.assertEqual(list(initscripts.placed(Path("/srv/a"))), ["conc-srv-a-web"])

    def test_root_touches_what_has_a_script_here_alone(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            root = os.path.realpath(folder)
            order = {"root": root, "process": "../ssh", "number": 1, "signal": "KILL"}
            for act in ("start", "end"):
                with mock.patch.object(initscript_root, "_run") as run, self.assertRaises(Unfit):
                    initscript_root._ACTS[act](order, os.geteuid())
                run.assert_not_called()

    def test_a_socket_is_refused_with_what_to_do(self) -> None:
        with mock.patch.object(initscript.os.path, "isdir", return_value=False):
            unmet = initscript.needs(Path("/srv/shop"), [dict(process("web", "x", "127.0.0.1:80"), user=NOBODY)])
        self.assertIn("leave process.web.listen out", unmet[-1])

    def test_a_machine_with_systemd_is_told_so(self) -> None:
        with mock.patch.object(initscript.os.path, "isdir", return_value=True):
            (unmet,) = initscript.needs(Path("/srv/shop"), [])
        self.assertIn("booted with systemd", unmet)
