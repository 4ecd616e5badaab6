from __future__ import annotations

import fcntl
import os
import subprocess
import sys

from conc_agent import history, release, states, trash
from conc_agent.calls.survey import survey
from conc_agent.change.job_context import UndoContext
from conc_agent.ops import prune

from .controller import wait_until
from .making import RootCase, make_release, process

IDS = ["r%d-0000000%d" % (number, number) for number in range(1, 8)]


class PruneTest(RootCase):
    def setUp(self) -> None:
        super().setUp()
        for name in IDS:
            make_release(self.root, name, [process("web", "true")])
            states.write(self.root, name, states.PROVEN, "ann")
        release.point_current(self.root, IDS[-1])

    def prune(self, keep: int):
        return prune.run(UndoContext(self.root, IDS[-1]), {"keep": keep})

    def left(self):
        return [release.number(name) for name in release.listed(self.root)]

    def test_proven_ones_are_kept_besides_the_current(self) -> None:
        outcome = self.prune(2)
        self.assertEqual(self.left(), [5, 6, 7])
        self.assertEqual(outcome.status, "OK")
        self.assertEqual(outcome.text, ", ".join(IDS[:4]) + " removed, 3 releases kept")

    def test_nothing_to_remove_is_stopped(self) -> None:
        outcome = self.prune(9)
        self.assertEqual((outcome.status, outcome.text), ("STOPPED", "7 releases kept, none to remove"))

    def test_the_last_failed_one_is_kept_and_no_other_that_is_not_proven(self) -> None:
        for name in IDS[:3]:
            states.write(self.root, name, states.FAILED, "ann")
        (self.root / "state" / (IDS[3] + ".json")).unlink()
        self.prune(1)
        self.assertEqual(self.left(), [3, 6, 7])

    def test_keep_none(self) -> None:
        self.prune(0)
        self.assertEqual(self.left(), [7])

    def test_tools_that_a_newer_one_replaced_go_unless_they_run(self) -> None:
        for name in ("supervisor-4.2.0-00000000", "supervisor-4.3.0-11111111", "supervisor-4.4.0-22222222"):
            (self.root / "tools" / name).mkdir(parents=True)
            (self.root / "tools" / name / "tool.json").write_text('{"wheels": []}')
        self.assertEqual(self.prune(9).status, "STOPPED", "none is known to be in use")
        (self.root / "tools" / "supervisor").symlink_to("supervisor-4.4.0-22222222")
        program = str(self.root / "tools" / "supervisor-4.3.0-11111111" / "sleeper.py")
        running = subprocess.Popen(
            [sys.executable, "-c", "import sys; sys.stdin.read()", program], stdin=subprocess.PIPE
        )
        self.assertEqual(self.prune(9).text, "7 releases kept, tools removed: supervisor-4.2.0-00000000")
        running.communicate()
        self.assertEqual(self.prune(9).text, "7 releases kept, tools removed: supervisor-4.3.0-11111111")
        self.assertTrue((self.root / "tools" / "supervisor" / "tool.json").exists())

    def test_one_that_a_launcher_holds_stays(self) -> None:
        with (self.root / "releases" / IDS[0] / ".alive").open() as alive:
            fcntl.flock(alive, fcntl.LOCK_SH)
            live = [one["id"] for one in survey(self.root, "none")["releases"] if one["live"]]
            self.assertEqual(live, [IDS[0]])
            self.prune(0)
            self.assertEqual(self.left(), [1, 7])
        # A forked copy of this process, the launcher of this test, holds its lock until it has let go of everything.
        wait_until(lambda: not trash.is_filled(self.root), "what was removed is deleted")
        self.prune(0)
        self.assertEqual(self.left(), [7])

    def test_one_that_a_process_runs_from_stays_without_any_lock(self) -> None:
        """uvicorn's workers drop the descriptor of the lock: by command line, working directory or environment."""
        homes = [self.root / "releases" / name for name in IDS[:3]]
        sleeping = [
            subprocess.Popen([str(homes[0] / "venv" / "bin" / "python"), "-c", "import time; time.sleep(600)"]),
            subprocess.Popen(["sleep", "600"], cwd=str(homes[1])),
            subprocess.Popen(["sleep", "600"], env={"CONC_ROOT": str(self.root), "CONC_RELEASE": IDS[2]}),
        ]
        try:
            self.prune(0)
            self.assertEqual(self.left(), [1, 2, 3, 7])
        finally:
            for one in sleeping:
                one.kill()
                one.wait()
        self.prune(0)
        self.assertEqual(self.left(), [7])

    def test_what_was_removed_is_deleted_by_nobody_who_is_waited_for_and_read_only_folders_too(self) -> None:
        locked = self.root / "releases" / IDS[0] / "venv" / "read-only"
        locked.mkdir()
        (locked / "file").write_text("x")
        locked.chmod(0o555)
        self.prune(0)
        self.assertEqual(self.left(), [7])
        wait_until(lambda: not trash.is_filled(self.root), "the trash is empty")

    def test_what_something_cut_off_is_finished_by_the_next(self) -> None:
        trash.discard(self.root, self.root / "releases" / IDS[0])
        self.assertEqual(self.prune(9).text, "6 releases kept, none to remove")
        wait_until(lambda: not trash.is_filled(self.root), "the trash is empty")

    def test_launchers_that_no_release_has_go_and_those_of_a_person_stay(self) -> None:
        eighth = "r8-00000008"
        make_release(self.root, eighth, [process("worker", "true")])
        release.point_current(self.root, eighth)
        (self.root / "bin" / "mine").write_text("#!/bin/sh\n")
        outcome = prune.run(UndoContext(self.root, eighth), {"keep": 0})
        self.assertEqual(sorted(os.listdir(str(self.root / "bin"))), ["mine", "worker"])
        self.assertIn("launchers removed: web", outcome.text)

    def test_numbers_are_never_given_twice(self) -> None:
        self.assertEqual(history.next_release(self.root), 8)
        self.prune(0)
        release.point_current(self.root, IDS[0])
        self.assertEqual(history.next_release(self.root), 8)
