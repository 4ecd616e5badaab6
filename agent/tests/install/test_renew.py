"""A release made anew of what another one has, as it is when secrets are set."""

from __future__ import annotations

import hashlib
import shutil
import sys
from typing import Any, Dict

from conc_agent import durable, release
from conc_agent.channel import CallError
from conc_agent.env import generations
from conc_agent.etc import tree
from conc_agent.install.store import entry_folder
from conc_agent.ops import install, renew
from conc_agent.outcome import OK, Outcome

from .base import FIRST, SECOND, RootCase
from .local import install_request
from .making import make_wheel


class Renew(RootCase):
    def setUp(self) -> None:
        super().setUp()
        points = "[console_scripts]\nhello = vendor:main\n"
        vendor = make_wheel(self.work, "vendor", {"vendor/a.py": "a = 1\n", "both/b.txt": "b"}, entry_points=points)
        app = make_wheel(self.work, "app", {"app.py": "z = 1\n", "both/b.txt": "of the app"})
        wheels = [vendor, app]
        context = self.context(wheels)
        self.entries_of = self.entries(wheels, "app")
        self.deliver(context, self.entries_of)
        asked = install_request(FIRST, self.entries_of)
        asked.update(allow=["site-packages/both/"], etc={"root": "etc", "files": []})
        asked["record"].update(etc=hashlib.sha256(tree.canonical(asked["etc"])).hexdigest())
        self.assertEqual(install.run(context, asked).status, OK)
        self.record = asked["record"]
        generations.add(self.root, 1, {"TOKEN": "canary"}, {"TOKEN": {"since": "now", "by": "ann"}}, "ann", SECOND)

    def renew(self, **more: Any) -> Outcome:
        self.record = dict(self.record, id=SECOND, env=1, **more)
        return renew.run(self.context((), SECOND), {"source": FIRST, "record": self.record})

    def contents(self, name: str) -> Dict[str, bytes]:
        venv = self.venv(name)
        files = [path for path in sorted(venv.rglob("*")) if path.is_file() and not path.is_symlink()]
        own = str(self.root / "releases" / name).encode()
        return {
            str(path.relative_to(venv)): path.read_bytes().replace(own, b"HERE").replace(name.encode(), b"IT")
            for path in files
            # RECORD has digests of scripts, in which the venv's own path stands.
            if "__pycache__" not in str(path) and path.name != "RECORD"
        }

    def test_it_is_the_same_tree_with_another_generation(self) -> None:
        outcome = self.renew()
        self.assertEqual(outcome.status, OK, outcome)
        self.assertRegex(outcome.text, r"^of what %s has: \d+ files linked, \d+ copied; env: generation 1$" % FIRST)
        self.assertEqual(self.contents(SECOND), self.contents(FIRST))
        self.assertIn(b"of the app", self.contents(SECOND).values(), "where wheels meet, the later one counts again")
        self.assertEqual(release.record(self.root, SECOND), self.record)
        self.assertEqual(tree.read(self.root, SECOND), {"root": "etc", "files": []})
        self.assertEqual(self.verify(SECOND).text, "every file as in the manifest")
        self.assertEqual(self.renew().text, "already installed")

    def test_where_the_store_has_lost_a_wheel_it_says_what_to_do(self) -> None:
        place = entry_folder(self.root, self.entries_of[0]["sha256"], sys.implementation.cache_tag)
        place.chmod(0o755)
        shutil.rmtree(str(place), ignore_errors=True)
        outcome = self.renew()
        self.assertEqual((outcome.status, outcome.code), ("FAILED", "env.no-wheels"))
        self.assertFalse((self.root / "releases" / SECOND).exists())

    def test_where_the_interpreter_is_another_by_now(self) -> None:
        self.record["interpreter"] = dict(self.record["interpreter"], cacheTag="cpython-31")
        path = self.root / "releases" / FIRST / "release.json"
        path.write_bytes(durable.json_bytes(self.record))
        outcome = self.renew()
        self.assertEqual((outcome.status, outcome.code), ("BLOCKED", "interpreter.changed"))

    def test_none_without_the_generation_that_it_names(self) -> None:
        generations.path_of(self.root, 1).unlink()
        with self.assertRaises(CallError) as raised:
            self.renew()
        self.assertEqual(raised.exception.code, "env.unreadable")
        self.assertFalse((self.root / "releases" / SECOND).exists())

    def test_a_generation_that_was_changed_by_hand_is_not_gone_back_to(self) -> None:
        self.renew()
        generations.path_of(self.root, 1).chmod(0o640)
        outcome = self.verify(SECOND)
        self.assertEqual((outcome.status, outcome.code), ("FAILED", "release.differs"))
        self.assertEqual(list(outcome.evidence), ["env/1.json has mode 0640 instead of 0600"])
        self.assertIn("conc env set", outcome.hint or "")
