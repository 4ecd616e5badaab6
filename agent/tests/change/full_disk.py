"""Changes on a disk that gets full on the way: run by ``test_full_disk`` with a small tmpfs of its own as TMPDIR."""

from __future__ import annotations

import os
import sys
import threading
from typing import Any, Dict, List

from conc_agent import history, states
from conc_agent.calls import abandon
from conc_agent.channel import CallError

from tests.controller import Controller
from tests.making import FIRST, SECOND, RootCase, gate, health, make_release, switching

#: Takes every byte, or every inode, and ends with the code that it is given.
FILL = """
import os, sys
place, what, code = sys.argv[1:]
if what == "bytes" and not os.path.exists(place + "/fill"):
    fill, size = os.open(place + "/fill", os.O_WRONLY | os.O_CREAT | os.O_APPEND), 1 << 20
    while size:
        try:
            os.write(fill, b"x" * size)
        except OSError:
            size //= 2
elif what == "names" and not os.path.exists(place + "/names"):
    os.mkdir(place + "/names")
    try:
        for number in range(1 << 20):
            os.close(os.open(place + "/names/%d" % number, os.O_CREAT | os.O_WRONLY))
    except OSError:
        pass
elif code == "1":
    code = "0"
sys.exit(int(code))
"""


class FullDisk(RootCase):
    def setUp(self) -> None:
        super().setUp()
        self.prove(FIRST)
        make_release(self.root, SECOND)
        (self.work / "fill.py").write_text(FILL)

    def fill(self, what: str, code: int = 0) -> str:
        return "%s -IS %s %s %s %d" % (sys.executable, self.work / "fill.py", self.work, what, code)

    def is_full(self) -> bool:
        """But for what an undo let go and did not need."""
        found = os.statvfs(str(self.root))
        return found.f_bavail * found.f_frsize < 2 << 20 or found.f_favail < 50

    def deploy(self, jobs: List[Dict[str, Any]]) -> Dict[str, Any]:
        reply = self.run_change(SECOND, jobs)
        self.assertTrue(self.is_full())
        self.assert_serves(FIRST)
        self.assert_closed()
        self.assertEqual(history.read(self.root).entries[-1]["outcome"], reply["outcome"])
        return reply

    def test_before_the_switch(self) -> None:
        """Another job fills it; the switch can't write what launchers start, and nothing was touched."""
        reply = self.deploy([gate(self.fill("bytes")), *switching(self.root, SECOND)])
        self.assertEqual(reply["outcome"], "blocked")
        self.assertIn("nothing that serves was touched", reply["state"])
        done = self.controller.done("switch")
        self.assertEqual((done["status"], done["code"]), ("BLOCKED", "disk.full"))
        self.assertRegex(done["text"], r"^the disk of /\S+ is full; switch was not done to its end$")
        self.assertFalse(self.controller.was_undone())

    def test_after_the_switch(self) -> None:
        self.undone("bytes")

    def test_no_inode_after_the_switch(self) -> None:
        self.undone("names")

    def undone(self, what: str) -> None:
        reply = self.deploy(switching(self.root, SECOND, health(self.fill(what, 1))))
        self.assertEqual((reply["outcome"], self.controller.undone()["undo"]), ("undone", "OK"), reply)
        self.assertEqual(states.read(self.root, SECOND)["state"], states.FAILED)

    def test_the_confirmation_that_can_not_be_written(self) -> None:
        reply = self.deploy(switching(self.root, SECOND, health(self.fill("bytes"))))
        self.assertEqual((self.controller.done("confirm")["code"], reply["outcome"]), ("disk.full", "undone"))

    def test_no_room_for_a_way_back_means_no_change(self) -> None:
        os.system(self.fill("bytes"))
        before = sorted(os.listdir(str(self.root)))
        reply = self.run_change(SECOND, switching(self.root, SECOND))
        self.assertEqual((reply["outcome"], reply["code"]), ("blocked", "root.unfit"))
        self.assertIn("No space left on device. Nothing was changed", reply["state"])
        self.assertEqual(sorted(os.listdir(str(self.root))), before)

    def test_someone_takes_at_once_whatever_becomes_free(self) -> None:
        """The way back needs none of it. What is written of it may: then the change stays open, and says so."""
        over = threading.Event()
        writer = threading.Thread(target=self.take_all, args=(over,))
        writer.start()
        try:
            reply = self.run_change(SECOND, switching(self.root, SECOND, health(self.fill("bytes", 1))))
        except CallError as error:
            self.assertEqual((error.code, error.state), ("change.interrupted", "the change is open; %s serves" % FIRST))
            self.assertIn("No space left on device", error.message)
            self.assertTrue(os.path.isdir(str(self.root / "change")))
            self.assert_serves(FIRST)
            self.stop(over, writer)
            reply = abandon.serve(Controller().channel, {"root": str(self.root), "by": "ann@desk"})
        finally:
            self.stop(over, writer)
        self.assertIn(reply["outcome"], ("undone", "abandoned", "failed", "blocked"), reply)
        self.assert_serves(FIRST)
        self.assert_closed()

    def take_all(self, over: threading.Event) -> None:
        descriptor = os.open(str(self.work / "greedy"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        while not over.is_set():
            try:
                if (self.work / "fill").exists():
                    os.write(descriptor, b"x" * 4096)
            except OSError:
                pass
        os.close(descriptor)

    def stop(self, over: threading.Event, writer: threading.Thread) -> None:
        over.set()
        writer.join()
        for name in ("greedy", "fill"):
            if (self.work / name).exists():
                (self.work / name).unlink()

    def test_one_that_was_halted_is_given_up(self) -> None:
        self.run_change(SECOND, switching(self.root, SECOND), until="switch")
        self.assert_serves(SECOND)
        os.system(self.fill("bytes"))
        reply = abandon.serve(Controller().channel, {"root": str(self.root), "by": "ann@desk"})
        self.assertEqual(reply["outcome"], "abandoned", reply)
        self.assert_serves(FIRST)
        self.assert_closed()
        self.assertTrue(self.is_full())
