"""Store entries that are made while wheels still come: no sooner told, no sooner there, and nothing left of them."""

from __future__ import annotations

import os
import sys
import time
from typing import Any, List
from unittest import mock

from conc_agent.install.compile import Compiler
from conc_agent.install.making import Making
from conc_agent.install.store import staged_wheel
from conc_agent.ops import install
from conc_agent.outcome import FAILED, OK

from .base import FIRST, RootCase
from .local import install_request
from .making import make_wheel


class MakingTest(RootCase):
    def setUp(self) -> None:
        super().setUp()
        self.wheels = [make_wheel(self.work, name, {name + ".py": "x = 1\n"}) for name in ("one", "two")]
        self.wanted = self.entries(self.wheels)

    def test_what_was_made_while_wheels_came_is_not_made_again(self) -> None:
        context = self.context(self.wheels)
        self.assertEqual(self.deliver(context, self.wanted).status, OK)
        self.wait_for_asides(2)
        asides = self.store()
        self.assertTrue(all(name.startswith(".") for name in asides), "they have no names before install")
        inodes = {path.stat().st_ino for path in self.root.glob("store/.*/index.json")}
        for entry in self.wanted:
            staged_wheel(self.root, entry["sha256"]).unlink()
        self.assertEqual(install.run(context, install_request(FIRST, self.wanted)).status, OK)
        self.assertEqual({path.stat().st_ino for path in self.root.glob("store/*/index.json")}, inodes)
        self.assertEqual(self.verify().status, OK)

    def test_what_the_manifest_calls_otherwise_is_refused_as_ever(self) -> None:
        context = self.context(self.wheels)
        self.deliver(context, self.wanted)
        self.wait_for_asides(2)
        other = [{**self.wanted[0], "version": "9.9"}, self.wanted[1]]
        outcome = install.run(context, install_request(FIRST, other))
        self.assertEqual((outcome.status, outcome.code), (FAILED, "wheel.refused"))
        self.assertIn("not '9.9'", outcome.text)
        self.assertEqual(self.store(), [])

    def test_what_fails_meanwhile_is_told_by_install(self) -> None:
        """The list agrees with the archive, its RECORD doesn't."""
        bad = make_wheel(self.work, "bad", {"bad.py": "x = 1\n"}, record="")
        context = self.context([*self.wheels, bad])
        wanted = self.entries([*self.wheels, bad])
        self.assertEqual(self.deliver(context, wanted).status, OK)
        outcome = install.run(context, install_request(FIRST, wanted))
        self.assertEqual((outcome.status, outcome.code), (FAILED, "wheel.refused"))
        self.assertIn("is in the archive, but not in its RECORD", outcome.text)
        self.assertEqual(self.store(), [])

    def test_where_nobody_goes_on_nothing_is_left(self) -> None:
        context = self.context(self.wheels)
        self.deliver(context, self.wanted)
        context.beside.stop()
        self.assertEqual(self.store(), [])
        self.assertEqual(install.run(context, install_request(FIRST, self.wanted)).status, OK)

    def test_what_a_killed_agent_left_is_swept(self) -> None:
        (self.root / "store" / ".left" / "purelib").mkdir(parents=True)
        making = Making(self.root)
        making.stop()
        self.assertEqual(self.store(), [])

    def test_the_compilers_are_not_closed_before_all_is_given_to_them(self) -> None:
        add = Compiler.add

        def late(compiler: Compiler, *file: Any) -> None:
            time.sleep(0.3)
            add(compiler, *file)

        began = time.monotonic()

        def check() -> None:
            self.assertLess(time.monotonic() - began, 30, "it hangs")

        context = self.context(self.wheels)
        self.deliver(context, self.wanted)
        context.beside.stop()
        requests = install_request(FIRST, self.wanted)["wheels"]
        with mock.patch.object(Compiler, "add", late):
            count = Making(self.root).finish(requests, sys.implementation.cache_tag, lambda: None, check)
        self.assertEqual(count, 2)

    def wait_for_asides(self, count: int) -> None:
        while len(list(self.root.glob("store/.*/index.json"))) < count:
            time.sleep(0.005)

    def store(self) -> List[str]:
        return os.listdir(str(self.root / "store"))
