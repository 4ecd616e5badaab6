"""What is kept in the store, what is removed, and what an interruption leaves."""

from __future__ import annotations

import os
import stat

from conc_agent import trash
from conc_agent.install.store import complete_entries, entry_folder, remove_release, remove_unused
from conc_agent.outcome import OK

from .base import FIRST, SECOND, RootCase
from .local import TAG, entry_of
from .making import make_wheel


class Store(RootCase):
    def setUp(self) -> None:
        super().setUp()
        self.one = make_wheel(self.work, "one", {"one.py": "x = 1\n"})
        self.two = make_wheel(self.work, "two", {"two.py": "x = 2\n"})
        self.digests = {path.name[:3]: entry_of(path)["sha256"] for path in (self.one, self.two)}

    def test_entries_of_this_interpreter(self) -> None:
        self.assertEqual(complete_entries(self.root, TAG), [])
        self.installed([self.one, self.two])
        self.assertEqual(complete_entries(self.root, TAG), sorted(self.digests.values()))
        self.assertEqual(complete_entries(self.root, "cpython-27"), [])

    def test_staged_wheels_make_room_once_they_are_stored(self) -> None:
        self.installed([self.one])
        self.assertEqual(os.listdir(str(self.root / "change" / "wheels")), [])

    def test_files_are_read_only(self) -> None:
        self.installed([self.one])
        entry = entry_folder(self.root, self.digests["one"], TAG)
        writable = [path for path in entry.rglob("*") if path.is_file() and path.stat().st_mode & 0o222]
        self.assertEqual(writable, [])
        self.assertEqual(stat.S_IMODE((entry / "purelib" / "one.py").stat().st_mode), 0o444)

    def test_only_what_no_release_refers_to_is_removed(self) -> None:
        self.installed([self.one])
        self.installed([self.two], SECOND)
        self.assertEqual(remove_unused(self.root, set()), 0)
        remove_release(self.root / "releases" / FIRST)
        self.assertEqual(os.listdir(str(self.root / "releases")), [SECOND])
        self.assertEqual(remove_unused(self.root, {self.digests["one"]}), 0)
        self.assertEqual(remove_unused(self.root, set()), 1)
        self.assertEqual(complete_entries(self.root, TAG), [self.digests["two"]])
        self.assertEqual(self.verify(SECOND).status, OK)
        trash.empty(self.root)
        self.assertEqual(os.listdir(str(self.root / "trash")), [])
        self.assertEqual(self.verify(SECOND).status, OK)

    def test_what_an_interruption_left_is_swept(self) -> None:
        left = self.root / "store" / ".0123456789abcdef"
        (left / "purelib").mkdir(parents=True)
        (left / "purelib" / "half.py").write_text("x =")
        self.assertEqual(complete_entries(self.root, TAG), [])
        self.installed([self.one])
        self.assertFalse(left.exists())
