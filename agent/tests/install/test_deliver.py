"""Bringing wheels in: only what is missing, only what is right."""

from __future__ import annotations

import os
import subprocess
import unittest
from pathlib import Path
from typing import Iterator, List, Mapping, Optional

from conc_agent.context import Cancelled, Delivery, Held
from conc_agent.install.contents import canonical
from conc_agent.install.store import staged_wheel
from conc_agent.ops import deliver
from conc_agent.ops.deliver import size_text
from conc_agent.outcome import BLOCKED, FAILED, OK, STOPPED

from .base import FIRST, SECOND, RootCase
from .local import LocalContext, contents_of, entry_of
from .making import make_wheel


class Deliver(RootCase):
    def setUp(self) -> None:
        super().setUp()
        self.one = make_wheel(self.work, "one", {"one.py": "x = 1\n"})
        self.two = make_wheel(self.work, "two", {"two.py": "x = 2\n"})
        self.wheels = [self.one, self.two]

    def test_what_is_missing_is_asked_for_in_the_order_of_the_request(self) -> None:
        context = self.context(self.wheels)
        entries = self.entries(self.wheels)
        outcome = self.deliver(context, entries)
        self.assertEqual(outcome.status, OK)
        self.assertRegex(outcome.text, r"^2 of 2 wheels are new: [0-9.]+ kB sent$")
        self.assertEqual(context.asked, [entry["sha256"] for entry in entries])
        for path, entry in zip(self.wheels, entries):
            self.assertEqual(staged_wheel(self.root, entry["sha256"]).read_bytes(), path.read_bytes())
        total = sum(entry["size"] for entry in entries)
        self.assertEqual(context.told[-1][:3], (total, total, "bytes"))

    def test_what_is_stored_or_staged_is_not_asked_for(self) -> None:
        self.installed([self.one])
        entries = self.entries(self.wheels)
        context = self.context(self.wheels, SECOND)
        self.assertRegex(self.deliver(context, entries).text, "^1 of 2 wheels is new: ")
        self.assertEqual(context.asked, [entries[1]["sha256"]])
        again = self.context(self.wheels, SECOND)
        outcome = self.deliver(again, entries)
        self.assertEqual((outcome.status, outcome.text), (STOPPED, "all 2 wheels are here already"))
        self.assertEqual(again.asked, [])

    def test_cut_off_in_the_second_it_keeps_the_first(self) -> None:
        entries = self.entries(self.wheels)
        context = self.context(self.wheels)
        context.cancel_at = 2
        with self.assertRaises(Cancelled):
            self.deliver(context, entries)
        self.assertEqual(len(self.staged()), 2, "a wheel and its list")
        again = self.context(self.wheels)
        self.deliver(again, entries)
        self.assertEqual(again.asked, [entries[1]["sha256"]])

    def test_staged_bytes_that_a_power_loss_spoiled_are_asked_for_again(self) -> None:
        entries = self.entries([self.one])
        self.deliver(self.context(self.wheels), entries)
        staged = staged_wheel(self.root, entries[0]["sha256"])
        staged.write_bytes(bytes(len(staged.read_bytes())))
        again = self.context(self.wheels)
        self.assertEqual(self.deliver(again, entries).status, OK)
        self.assertEqual(staged.read_bytes(), self.one.read_bytes())

    def test_what_is_not_what_the_manifest_says_is_not_staged(self) -> None:
        data = self.one.read_bytes()
        for came, because in (
            (data[:-1] + b"!", "came with sha256"),
            (data[:-1], f"came with {len(data) - 1} bytes"),
            (data + b"more", f"came with {len(data) + 4} bytes"),
        ):
            with self.subTest(because):
                outcome = deliver.run(_Liar(self.root, [self.one], came), {"wheels": self.entries([self.one])})
                self.assertEqual((outcome.status, outcome.code), (FAILED, "deliver.mismatch"))
                self.assertIn(because, outcome.text)
                self.assertEqual(self.staged(), [])

    def test_a_list_that_is_not_the_wheels_is_not_staged(self) -> None:
        short = canonical(contents_of(self.one)[1:])
        for contents, because in (
            (short, "came with a list of other sizes"),
            (short[:-1], "came with a list of files that can't be read"),
            (b"{}", "came with a list of other sizes"),
            (b"7", "came with a list of files that can't be read"),
            (b"[1]", "came with a list of files that can't be read"),
        ):
            with self.subTest(contents):
                liar = _Liar(self.root, [self.one], self.one.read_bytes(), contents)
                outcome = deliver.run(liar, {"wheels": self.entries([self.one])})
                self.assertEqual((outcome.status, outcome.code), (FAILED, "deliver.mismatch"))
                self.assertIn(because, outcome.text)
                self.assertEqual(self.staged(), [])

    @unittest.skipUnless(os.geteuid() == 0, "mounting a small disk takes root")
    def test_a_full_disk_is_told_in_words(self) -> None:
        big = make_wheel(self.work, "big", {"big.bin": os.urandom(1 << 20)})
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(self.root)], check=True)
        self.addCleanup(subprocess.run, ["umount", str(self.root)], check=True)
        outcome = self.deliver(self.context([big]), self.entries([big]))
        self.assertEqual((outcome.status, outcome.code), (BLOCKED, "disk.full"))
        self.assertEqual(outcome.text, f"the disk of {self.root} is full; nothing that serves was touched")
        self.assertEqual(self.staged(), [])

    def staged(self) -> List[str]:
        return sorted(os.listdir(str(self.root / "change" / "wheels")))


class _Liar(LocalContext):
    """A controller that sends other bytes than were asked for."""

    def __init__(self, root: Path, wheels: List[Path], came: bytes, contents: Optional[bytes] = None) -> None:
        super().__init__(root, wheels, FIRST)
        self._came = came
        self._entry = entry_of(wheels[0])
        self._contents = canonical(contents_of(wheels[0])) if contents is None else contents

    def ask(self, wanted: List[str], held: Mapping[str, Held], like: Mapping[str, str]) -> Iterator[Delivery]:
        yield Delivery(wanted[0], self._entry["size"], self._contents, iter([self._came]))


class SizeText(unittest.TestCase):
    def test_units(self) -> None:
        for size, text in (
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1500, "1.5 kB"),
            (38000, "38 kB"),
            (41_200_000, "41 MB"),
        ):
            self.assertEqual(size_text(size), text)
        self.assertEqual(size_text(2_500_000_000), "2.5 GB")
