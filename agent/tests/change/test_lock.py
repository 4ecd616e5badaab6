from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path
from unittest import mock

from conc_agent.change import rename
from conc_agent.change.lock import Absent, Busy, Taken, is_running, open_change, sweep, take_change
from conc_agent.change.rename import rename_new

from ..making import RootCase

FIRST_RECORD = {"change": {"release": "r1-00000001"}, "jobs": []}


class LockTest(RootCase):
    def open(self):
        change = open_change(self.root, {"jobs": []}, FIRST_RECORD)
        self.addCleanup(change.release_lock)
        return change

    def test_an_open_change_is_there_with_its_first_record_and_its_lock(self) -> None:
        change = self.open()
        self.assertEqual(sorted(os.listdir(str(self.root))), ["change"])
        self.assertEqual([record["record"] for record in change.journal.records], ["open"])
        self.assertEqual(change.pinned, {"jobs": []})
        self.assertTrue(is_running(self.root))

    def test_a_second_one_is_refused_and_leaves_nothing(self) -> None:
        self.open()
        with self.assertRaises(Taken):
            self.open()
        self.assertEqual(os.listdir(str(self.root)), ["change"])

    def test_one_that_was_let_go_is_not_running_and_still_in_the_way(self) -> None:
        self.open().release_lock()
        self.assertFalse(is_running(self.root))
        with self.assertRaises(Taken):
            self.open()

    def test_one_that_runs_cannot_be_taken(self) -> None:
        self.open()
        with self.assertRaises(Busy):
            take_change(self.root, patience=0)

    def test_one_that_was_let_go_is_taken_with_its_journal(self) -> None:
        self.open().release_lock()
        with take_change(self.root) as change:
            self.assertEqual([record["record"] for record in change.journal.records], ["open"])
            self.assertTrue(is_running(self.root))

    def test_none_is_absent(self) -> None:
        with self.assertRaises(Absent):
            take_change(self.root)
        self.assertFalse(is_running(self.root))

    def test_who_waits_for_the_lock_of_a_change_that_closes_does_not_get_what_was_deleted(self) -> None:
        change = self.open()
        waiting = os.open(str(self.root / "change" / "lock"), os.O_RDWR)
        self.addCleanup(os.close, waiting)
        change.remove()
        fcntl.flock(waiting, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with self.assertRaises(Absent):
            take_change(self.root)
        second = self.open()
        self.assertTrue(os.path.samestat(os.fstat(second._descriptor), os.stat(str(self.root / "change" / "lock"))))

    def test_removing_leaves_nothing(self) -> None:
        self.open().remove()
        self.assertEqual(os.listdir(str(self.root)), [])

    def test_a_sweep_takes_what_nobody_holds(self) -> None:
        (self.root / "change.left").mkdir()
        (self.root / "change.held").mkdir()
        held = os.open(str(self.root / "change.held" / "lock"), os.O_RDWR | os.O_CREAT)
        self.addCleanup(os.close, held)
        fcntl.flock(held, fcntl.LOCK_EX)
        sweep(self.root)
        self.assertEqual(os.listdir(str(self.root)), ["change.held"])


class RenameTest(RootCase):
    def setUp(self) -> None:
        super().setUp()
        self.source = self.root / "source"
        self.source.mkdir()
        self.target = self.root / "target"

    def occupy(self, how: str) -> None:
        if how == "file":
            self.target.write_bytes(b"")
        else:
            self.target.mkdir()
        if how == "filled folder":
            (self.target / "x").write_bytes(b"")

    def test_a_free_name_is_given(self) -> None:
        rename_new(self.source, self.target)
        self.assertTrue(self.target.is_dir())

    def test_whatever_is_there_is_never_replaced(self) -> None:
        for how in ("file", "empty folder", "filled folder"):
            with self.subTest(how):
                self.occupy(how)
                with self.assertRaises(Taken):
                    rename_new(self.source, self.target)
                _clear(self.target)

    def test_where_the_call_is_missing_only_an_empty_folder_counts_as_free(self) -> None:
        for missing in (None, lambda _source, _target: errno.EINVAL):
            with mock.patch.object(rename, "_renameat2", return_value=missing):
                for how in ("file", "filled folder"):
                    self.occupy(how)
                    with self.assertRaises(Taken):
                        rename_new(self.source, self.target)
                    _clear(self.target)
                self.occupy("empty folder")
                rename_new(self.source, self.target)
                os.rename(str(self.target), str(self.source))

    def test_another_error_stays_what_it_is(self) -> None:
        with self.assertRaises(FileNotFoundError):
            rename_new(self.source, self.root / "absent" / "target")


def _clear(path: Path) -> None:
    if path.is_dir():
        for child in path.iterdir():
            child.unlink()
        path.rmdir()
    else:
        path.unlink()
