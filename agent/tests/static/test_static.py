"""Static files of several releases beside each other: before, at and after a switch, an undo, a prune."""

from __future__ import annotations

import os
from typing import Any, Dict, Optional
from unittest import mock

from conc_agent import release, states
from conc_agent.change.job_context import UndoContext
from conc_agent.ops import prune, static
from conc_agent.static import shelf

from ..controller import Controller
from ..making import FIRST, SECOND, THIRD, RootCase, job, make_release, switching
from ..making import health as asked

#: What a page names, and what it names for ever.
PAGE = "sh -c 'mkdir $CONC_STATIC/css; echo %s > $CONC_STATIC/css/shop.%s.css; echo %s > $CONC_STATIC/logo.svg'"


class StaticCase(RootCase):
    def collect(self, name: str, *command: Optional[str], folder: Optional[str] = None):
        (wanted,) = command or (PAGE % (name, name, name),)
        about = {"command": wanted, "folder": folder, "timeout": 20}
        return static.run(UndoContext(self.root, name), about)

    def deploy(self, name: str, asking: Dict[str, Any]) -> Dict[str, Any]:
        make_release(self.root, name)
        about = {"command": PAGE % (name, name, name), "folder": None, "timeout": 20}
        self.controller = Controller()
        return self.run_change(name, [job("static", about), *switching(self.root, name, asking)])

    def served(self) -> Dict[str, str]:
        found = {}
        for place, _, names in os.walk(str(self.root / "shared" / "static")):
            for name in names:
                path = os.path.join(place, name)
                with open(path) as file:
                    found[os.path.relpath(path, str(self.root / "shared" / "static"))] = file.read().strip()
        return found


class DeployTest(StaticCase):
    def test_a_page_of_either_release_finds_what_it_names(self) -> None:
        self.assertEqual(self.deploy(FIRST, asked())["outcome"], "proven", self.controller.messages)
        self.assertEqual(self.controller.done("static")["text"], "2 files, 2 new in shared/static")
        self.assertEqual(self.served(), {"css/shop.%s.css" % FIRST: FIRST, "logo.svg": FIRST})
        self.assertEqual(self.deploy(SECOND, asked())["outcome"], "proven", self.controller.messages)
        said = "2 files, 1 new in shared/static, 1 replaced at the switch"
        self.assertEqual(self.controller.done("static")["text"], said)
        self.assertIn("1 static files replaced", self.controller.done("switch")["text"])
        both = {"css/shop.%s.css" % FIRST: FIRST, "css/shop.%s.css" % SECOND: SECOND}
        self.assertEqual(self.served(), dict(both, **{"logo.svg": SECOND}))

    def test_before_the_switch_nothing_that_is_served_changes(self) -> None:
        self.deploy(FIRST, asked())
        make_release(self.root, SECOND)
        self.collect(SECOND)
        self.assertEqual(self.served()["logo.svg"], FIRST)

    def test_an_undo_puts_names_without_a_hash_back(self) -> None:
        self.deploy(FIRST, asked())
        only_first = asked("sh -c 'test $CONC_RELEASE = %s'" % FIRST)
        self.assertEqual(self.deploy(SECOND, only_first)["outcome"], "undone", self.controller.messages)
        self.assertEqual(self.served()["logo.svg"], FIRST)

    def test_a_rollback_finds_what_it_had(self) -> None:
        self.deploy(FIRST, asked())
        self.deploy(SECOND, asked())
        (self.root / "shared" / "static" / "css" / ("shop.%s.css" % FIRST)).unlink()
        nothing = {"command": None, "folder": None, "timeout": 20}
        back = [job("static", nothing), *switching(self.root, FIRST, asked())]
        self.assertEqual(self.run_change(FIRST, back)["outcome"], "proven", self.controller.messages)
        self.assertEqual(self.served()["css/shop.%s.css" % FIRST], FIRST)
        self.assertEqual(self.served()["logo.svg"], FIRST)

    def test_prune_takes_what_no_release_names(self) -> None:
        for name in (FIRST, SECOND, THIRD):
            self.deploy(name, asked())
        outcome = prune.run(UndoContext(self.root, THIRD), {"keep": 1})
        self.assertIn("1 static files removed", outcome.text)
        kept = {"css/shop.%s.css" % SECOND: SECOND, "css/shop.%s.css" % THIRD: THIRD, "logo.svg": THIRD}
        self.assertEqual(self.served(), kept)

    def test_what_conc_did_not_put_there_stays(self) -> None:
        self.deploy(FIRST, asked())
        upload = self.root / "shared" / "static" / "upload.png"
        upload.write_text("a photo")
        states.write(self.root, FIRST, states.PROVEN, "ann")
        prune.run(UndoContext(self.root, FIRST), {"keep": 0})
        self.assertEqual(upload.read_text(), "a photo")


class CollectTest(StaticCase):
    def setUp(self) -> None:
        super().setUp()
        make_release(self.root, FIRST)

    def test_it_is_collected_once(self) -> None:
        self.assertEqual(self.collect(FIRST).status, "OK")
        again = self.collect(FIRST, "false")
        self.assertEqual((again.status, again.text), ("STOPPED", "2 files, none new"))

    def test_a_command_that_fails(self) -> None:
        outcome = self.collect(FIRST, "sh -c 'echo no such app; exit 3'")
        self.assertEqual((outcome.status, outcome.code), ("FAILED", "static.command"))
        self.assertEqual(list(outcome.evidence), ["| no such app"])
        self.assertFalse((self.root / "shared" / "static").exists())
        self.assertEqual(self.collect(FIRST).status, "OK", "it can be collected again")

    def test_a_folder_of_what_is_installed(self) -> None:
        (place,) = (self.root / "releases" / FIRST / "venv" / "lib").glob("python3*")
        assets = place / "site-packages" / "shop" / "dist"
        assets.mkdir(parents=True)
        (assets / "app.5f3a.js").write_text("1")
        outcome = self.collect(FIRST, None, folder="shop/dist")
        self.assertEqual((outcome.status, self.served()), ("OK", {"app.5f3a.js": "1"}))
        self.assertEqual(self.collect(FIRST, None, folder="shop/dist").status, "STOPPED")

    def test_a_folder_that_is_not_there(self) -> None:
        self.assertEqual(self.collect(FIRST, None, folder="shop/dist").code, "static.none")

    def test_links_lead_to_files_of_the_release(self) -> None:
        linking = "sh -c 'ln -s $VIRTUAL_ENV/pyvenv.cfg $CONC_STATIC/a; ln -s %s $CONC_STATIC/b'"
        self.assertEqual(self.collect(FIRST, linking % "../venv/pyvenv.cfg").status, "OK")
        self.assertEqual(len(self.served()), 2)
        make_release(self.root, SECOND)
        for elsewhere in ("/etc/passwd", "nothing", ".."):
            outcome = self.collect(SECOND, linking % elsewhere)
            self.assertEqual((outcome.code, "b is no file of the release" in outcome.text), ("static.refused", True))

    def test_a_file_of_somebody_elses_is_not_replaced(self) -> None:
        (self.root / "shared" / "static").mkdir(parents=True)
        (self.root / "shared" / "static" / "logo.svg").write_text("mine")
        self.assertIn("conc did not put it there", self.collect(FIRST).text)
        self.assertEqual(self.served(), {"logo.svg": "mine"})

    def test_a_folder_that_leads_elsewhere_is_not_followed(self) -> None:
        elsewhere = self.work / "elsewhere"
        elsewhere.mkdir()
        (self.root / "shared" / "static").mkdir(parents=True)
        (self.root / "shared" / "static" / "css").symlink_to(elsewhere)
        self.assertIn("is not a folder", self.collect(FIRST).text)
        self.assertEqual(os.listdir(str(elsewhere)), [])

    def test_a_web_server_can_read_them(self) -> None:
        before = os.umask(0o077)
        self.addCleanup(os.umask, before)
        self.assertEqual(self.collect(FIRST).status, "OK")
        for place, folders, names in os.walk(str(self.root / "shared" / "static")):
            for name in [*folders, *names]:
                self.assertTrue(os.stat(os.path.join(place, name)).st_mode & 0o004, name)

    def test_without_links_they_are_copied(self) -> None:
        with mock.patch.object(os, "link", side_effect=OSError(18, "cross-device")):
            self.assertEqual(self.collect(FIRST).status, "OK")
        self.assertEqual(len(self.served()), 2)

    def test_a_release_without_any(self) -> None:
        self.assertEqual(self.collect(FIRST, None).status, "STOPPED")
        self.assertEqual((shelf.replace(self.root, FIRST), shelf.sweep(self.root)), (0, 0))
        self.assertEqual(release.listed(self.root), [FIRST])
