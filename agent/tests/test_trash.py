from __future__ import annotations

import os
import signal
import stat
import sys
from pathlib import Path
from typing import Set
from unittest import mock

from conc_agent import trash
from conc_agent.calls.survey import survey
from conc_agent.change.job_context import UndoContext
from conc_agent.ops import preflight

from .controller import wait_until
from .making import FIRST, PYTHON, RootCase, make_release


class TrashTest(RootCase):
    def setUp(self) -> None:
        super().setUp()
        self.outside = self.work / "outside"
        self.outside.mkdir()
        (self.outside / "file").write_text("x")
        (self.outside / "file").chmod(0o444)
        self.outside.chmod(0o555)
        self.addCleanup(self.outside.chmod, 0o755)

    def fill(self, name: str, files: int = 20) -> None:
        """Something of the size of a release, that leads to where nothing may be removed."""
        folder = self.root / "releases" / name
        for number in range(files):
            below = folder / ("folder%d" % (number % 10))
            below.mkdir(parents=True, exist_ok=True)
            os.link(str(self.outside / "file"), str(below / ("file%d" % number)))
        (folder / "to-a-folder").symlink_to(self.outside)
        (folder / "to-a-file").symlink_to(self.outside / "file")
        (folder / "to-nothing").symlink_to("missing")
        (folder / "folder0").chmod(0o500)
        folder.chmod(0o555)
        trash.discard(self.root, folder)

    def assert_untouched(self) -> None:
        self.assertEqual(os.listdir(str(self.outside)), ["file"])
        self.assertEqual(stat.S_IMODE(self.outside.stat().st_mode), 0o555)
        self.assertEqual(stat.S_IMODE((self.outside / "file").stat().st_mode), 0o444)
        self.assertEqual((self.outside / "file").read_text(), "x")

    def test_nothing_else_is_removed_and_links_are_not_followed(self) -> None:
        self.fill("one")
        (self.root / "trash" / "link").symlink_to(self.outside)
        (self.root / "trash" / "file").write_text("")
        trash.empty(self.root)
        self.assertEqual(os.listdir(str(self.root / "trash")), [])
        self.assert_untouched()
        (self.root / "trash").rmdir()
        (self.root / "trash").symlink_to(self.outside)
        trash.empty(self.root)
        self.assert_untouched()

    def test_without_a_trash_there_is_nothing_to_sweep(self) -> None:
        trash.empty(self.root)
        self.assertIsNone(trash.sweep(self.root))

    def test_one_that_is_killed_is_finished_by_the_next(self) -> None:
        self.fill("one", 3000)
        swept = self.root / "trash" / os.listdir(str(self.root / "trash"))[0]
        cut_off = self.sweeper()
        wait_until(lambda: not swept.exists() or _folders(swept) < 10, "it is at work")
        os.kill(cut_off, signal.SIGKILL)
        self.assertEqual(self.end(cut_off), signal.SIGKILL)
        self.assert_untouched()
        self.assertEqual(self.end(self.sweeper()), 0)
        self.assertEqual(os.listdir(str(self.root / "trash")), [])
        self.assert_untouched()

    def test_two_at_once(self) -> None:
        for number in range(4):
            self.fill("r%d" % number, 300)
        both = [self.sweeper(), self.sweeper()]
        self.assertEqual([self.end(one) for one in both], [0, 0])
        self.assertEqual(os.listdir(str(self.root / "trash")), [])
        self.assert_untouched()

    def test_it_holds_nothing_that_anybody_waits_for(self) -> None:
        """Neither the change's lock nor the connection; and a signal to the agent's session is none to it."""
        self.fill("one", 300)
        held = os.open(str(self.root), os.O_RDONLY)
        os.set_inheritable(held, True)
        self.addCleanup(os.close, held)
        with mock.patch("conc_agent.sweeper.empty", lambda _folder: signal.pause()):
            process = self.sweeper()
        folder = Path("/proc/%d/fd" % process)
        wait_until(lambda: _leads_to(folder) == {"/dev/null"}, "it has let go")
        open_files = {os.readlink(str(each)) for each in folder.iterdir()}
        self.assertEqual(open_files, {"/dev/null"})
        self.assertEqual(os.getsid(process), process)
        os.kill(process, signal.SIGTERM)
        self.assertEqual(self.end(process), signal.SIGTERM)

    def test_room_that_is_being_freed_does_not_lack(self) -> None:
        make_release(self.root, FIRST)
        self.fill("one")
        python = {"executable": PYTHON, "cacheTag": sys.implementation.cache_tag}
        asked = {"bytes": 1, "inodes": 1, "python": python, "service": "none"}
        preflight.run(UndoContext(self.root, FIRST), asked)
        self.assertTrue(trash.is_filled(self.root))
        self.assertEqual(preflight.run(UndoContext(self.root, FIRST), dict(asked, bytes=1 << 60)).status, "BLOCKED")
        self.assertFalse(trash.is_filled(self.root))
        self.assertEqual([one["id"] for one in survey(self.root, "none")["releases"]], [FIRST])

    def sweeper(self) -> int:
        process = trash.sweep(self.root)
        assert process is not None
        return process

    def end(self, process: int) -> int:
        return os.waitpid(process, 0)[1]


def _leads_to(folder: Path) -> Set[str]:
    """Standard input, output and error; none while they change."""
    try:
        return {os.readlink(str(folder / number)) for number in "012"}
    except FileNotFoundError:
        return set()


def _folders(path: Path) -> int:
    try:
        return len([name for name in os.listdir(str(path)) if name.startswith("folder")])
    except FileNotFoundError:
        return 0
