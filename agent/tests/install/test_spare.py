"""Folders of a removed release are taken over by the next one: only those that are as if they were made now."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Callable, Dict, List, Sequence
from unittest import mock

from conc_agent import release, serving, states
from conc_agent.drift.judge import Judge
from conc_agent.drift.release import release_drift
from conc_agent.install.schemes import venv_layout
from conc_agent.ops import preflight, prune
from conc_agent.outcome import BLOCKED, OK

from ..making import PYTHON
from .base import FIRST, SECOND, RootCase
from .making import Content, make_wheel

THIRD, FOURTH, FIFTH = "r3-00000003", "r4-00000004", "r5-00000005"
TEA: Dict[str, Content] = {
    "tea/__init__.py": "",
    "tea/leaf.py": "KIND = 'green'\n",
    "tea/pots/__init__.py": "",
    "tea/pots/clay.txt": "clay",
}
LIBRARY = venv_layout().purelib


class SpareCase(RootCase):
    def setUp(self) -> None:
        super().setUp()
        self.vendors = [make_wheel(self.work, "tea", TEA)]

    def application(self, version: str) -> Path:
        return make_wheel(self.work, "shop", {"shop/__init__.py": "VERSION = %r\n" % version}, version=version)

    def deploy(self, name: str, keep: int = 1) -> List[str]:
        """A release, from install to prune; the folders that it took over, but for metadata."""
        number = str(release.number(name))
        before = {self.lies(folder) for folder in self.folders()}
        outcome = self.install([*self.vendors, self.application(number)], name, "shop")
        self.assertEqual(outcome.status, OK, outcome)
        self.assertEqual(self.drift(name), [])
        release.point_current(self.root, name)
        serving.write(self.root, serving.trial(None, name))
        states.write(self.root, name, states.PROVEN, "ann")
        taken = [folder for folder in self.library(name).iterdir() if self.lies(folder) in before]
        self.assertEqual("taken over" in outcome.text, bool(taken), outcome.text)
        self.prune(name, keep)
        return self.names(taken)

    def prune(self, name: str, keep: int) -> None:
        prune.run(self.context((), name), {"keep": keep})

    def drift(self, name: str) -> List[str]:
        return [str(each) for each in release_drift(self.root, name, Judge(thorough=True), lambda: None)]

    def folders(self) -> List[Path]:
        return list((self.root / "spare").glob("*/*"))

    def names(self, folders: Sequence[Path]) -> List[str]:
        return sorted(folder.name for folder in folders if not folder.name.endswith(".dist-info"))

    def spares(self) -> List[str]:
        """What lies there, but for metadata."""
        return self.names(self.folders())

    def library(self, name: str) -> Path:
        return self.venv(name) / LIBRARY

    def lies(self, folder: Path) -> int:
        return os.stat(str(folder)).st_ino


class Spare(SpareCase):
    def test_what_a_removed_release_had_is_the_next_ones(self) -> None:
        self.deploy(FIRST)
        self.assertEqual(self.spares(), [])
        self.assertEqual(self.deploy(SECOND, keep=0), [])
        self.assertEqual(self.spares(), ["tea"])
        self.assertEqual(self.deploy(THIRD), ["tea"])
        self.assertEqual(self.spares(), [])

    def test_install_says_so(self) -> None:
        self.deploy(FIRST)
        self.deploy(SECOND, keep=0)
        said = self.install([*self.vendors, self.application("3")], THIRD, "shop").text
        self.assertRegex(said, r"\A11 files linked \(11 taken over\), \d copied, \d compiled\Z")

    def test_a_folder_that_was_taken_over_is_taken_over_again(self) -> None:
        self.deploy(FIRST, keep=0)
        folder = self.lies(self.library(FIRST) / "tea")
        for name, taken in ((SECOND, []), (THIRD, ["tea"]), (FOURTH, ["tea"]), (FIFTH, ["tea"])):
            self.assertEqual(self.deploy(name, keep=0), taken)
        self.assertEqual(self.lies(self.library(FIFTH) / "tea"), folder)

    def test_there_is_none_where_nothing_was_removed(self) -> None:
        for name in (FIRST, SECOND):
            self.assertEqual(self.deploy(name, keep=5), [])
        self.assertFalse((self.root / "spare").exists())

    def altered(self, alter: Callable[[Path, str], None], path: str) -> None:
        """Alters the spare's folder ``tea`` by one call: it is not taken, and the release is whole all the same."""
        self.deploy(FIRST)
        self.deploy(SECOND, keep=0)
        (folder,) = (self.root / "spare").glob("*/tea")
        alter(folder, path)
        self.assertEqual(self.deploy(THIRD, keep=0), [])
        self.assertEqual(self.deploy(FOURTH), ["tea"])

    def write(self, folder: Path, path: str) -> None:
        (folder / path).write_text("x")

    def unlink(self, folder: Path, path: str) -> None:
        (folder / path).unlink()

    def replace(self, folder: Path, path: str) -> None:
        shutil.copy2(str(folder / path), str(folder / "aside"))
        os.replace(str(folder / "aside"), str(folder / path))

    def chmod(self, folder: Path, path: str) -> None:
        (folder / path).chmod(0o777)

    def lead_elsewhere(self, folder: Path, path: str) -> None:
        os.rename(str(folder / path), str(self.work / "elsewhere"))
        (folder / path).symlink_to(self.work / "elsewhere")

    def make(self, folder: Path, path: str) -> None:
        (folder / path).mkdir()

    def edit(self, folder: Path, path: str) -> None:
        """As ``sed -i`` does, with all times put back."""
        times = [(each, each.stat()) for each in (folder / path, folder, (folder / path).parent)]
        self.replace(folder, path)
        for each, found in times:
            os.utime(str(each), ns=(found.st_atime_ns, found.st_mtime_ns))

    def test_a_file_more(self) -> None:
        self.altered(self.write, "more.py")

    def test_a_file_more_further_below(self) -> None:
        self.altered(self.write, "pots/__pycache__/more.pyc")

    def test_a_file_less(self) -> None:
        self.altered(self.unlink, "pots/clay.txt")

    def test_another_file_in_its_place(self) -> None:
        self.altered(self.replace, "leaf.py")

    def test_another_file_in_its_place_further_below_and_of_the_same_time(self) -> None:
        self.altered(self.edit, "pots/clay.txt")

    def test_a_folder_that_others_may_write(self) -> None:
        self.altered(self.chmod, "pots")

    def test_a_folder_that_is_a_link(self) -> None:
        self.altered(self.lead_elsewhere, "pots")

    def test_a_folder_more(self) -> None:
        self.altered(self.make, "pots/empty")

    def test_a_wheel_that_is_in_the_store_no_more_leaves_nothing(self) -> None:
        self.deploy(FIRST)
        self.vendors = [make_wheel(self.work, "tea", TEA, version="2.0")]
        self.deploy(SECOND, keep=0)
        self.assertEqual(self.spares(), [])

    def test_what_it_holds_goes_with_the_store_entry(self) -> None:
        self.deploy(FIRST)
        self.deploy(SECOND, keep=0)
        self.vendors = [make_wheel(self.work, "tea", TEA, version="2.0")]
        self.deploy(THIRD, keep=5)
        self.assertEqual(self.spares(), ["tea"])
        shutil.rmtree(str(self.root / "releases" / SECOND))
        self.prune(THIRD, keep=5)
        self.assertEqual(self.spares(), [])

    def test_a_folder_of_several_wheels_is_made_anew(self) -> None:
        self.vendors.append(make_wheel(self.work, "milk", {"tea/milk/__init__.py": "", "milk/__init__.py": ""}))
        self.deploy(FIRST)
        self.deploy(SECOND, keep=0)
        self.assertEqual(self.spares(), ["milk"])
        self.deploy(THIRD)

    def test_a_wheel_that_is_new_in_a_folder(self) -> None:
        for more in (["tea/aaa.py"], ["tea/zzz/__init__.py", "tea/zzz/more.py"]):
            for first in (True, False):
                with self.subTest(more=more, first=first):
                    shutil.rmtree(str(self.root))
                    self.root.mkdir()
                    self.vendors = [make_wheel(self.work, "tea", TEA)]
                    self.deploy(FIRST)
                    self.deploy(SECOND, keep=0)
                    milk = make_wheel(self.work, "milk", dict.fromkeys(more, ""))
                    self.vendors = [milk, *self.vendors] if first else [*self.vendors, milk]
                    self.assertEqual(self.deploy(THIRD), ["tea"])

    def test_one_path_of_two_wheels(self) -> None:
        """Equal content: the later wheel has the file, and the earlier one's folder is not whole."""
        self.deploy(FIRST)
        self.deploy(SECOND, keep=0)
        self.vendors.append(make_wheel(self.work, "milk", {"tea/leaf.py": TEA["tea/leaf.py"], "milk/__init__.py": ""}))
        self.assertEqual(self.deploy(THIRD, keep=0), [])
        self.assertEqual(self.deploy(FOURTH, keep=0), [])
        self.assertEqual(self.spares(), ["milk"])

    def test_an_install_that_is_cut_off_leaves_nothing_that_counts(self) -> None:
        self.deploy(FIRST)
        self.deploy(SECOND, keep=0)
        cut = mock.patch("conc_agent.install.build.place_launchers", side_effect=KeyboardInterrupt)
        with cut, self.assertRaises(KeyboardInterrupt):
            self.install([*self.vendors, self.application("3")], THIRD, "shop")
        self.assertEqual(self.spares(), [])
        self.assertEqual(self.deploy(THIRD), [])

    def test_where_files_are_copied_nothing_is_kept(self) -> None:
        with mock.patch("conc_agent.install.link.os.link", side_effect=OSError(18, "Invalid cross-device link")):
            self.deploy(FIRST)
        self.deploy(SECOND, keep=0)
        self.assertEqual(self.spares(), [])

    def test_where_a_rename_is_not_possible_files_are_linked(self) -> None:
        self.deploy(FIRST)
        self.deploy(SECOND, keep=0)
        rename = os.rename

        def refusing(source: str, target: str) -> None:
            if "/spare/" in source and "/releases/" in target:
                raise OSError(18, "Invalid cross-device link")
            rename(source, target)

        with mock.patch("conc_agent.install.spare.os.rename", refusing):
            self.assertEqual(self.deploy(THIRD), [])

    def test_where_it_can_not_be_kept_nothing_is(self) -> None:
        self.deploy(FIRST)
        rename = os.rename

        def refusing(source: str, target: str) -> None:
            if "/trash/" in source and "/spare/" in target:
                raise OSError(13, "Permission denied")
            rename(source, target)

        with mock.patch("conc_agent.install.spare.os.rename", refusing):
            self.deploy(SECOND, keep=0)
        self.assertFalse((self.root / "spare").exists())

    def test_without_the_time_of_the_release_nothing_is_taken(self) -> None:
        self.deploy(FIRST)
        self.deploy(SECOND, keep=0)
        (self.root / "spare" / "release.json").unlink()
        self.assertEqual(self.deploy(THIRD), [])

    def test_room_that_lacks_is_taken_from_it(self) -> None:
        self.deploy(FIRST)
        self.deploy(SECOND, keep=0)
        python = {"executable": PYTHON, "cacheTag": sys.implementation.cache_tag}
        asked = {"bytes": 1, "inodes": 1, "python": python, "service": "none"}
        self.assertEqual(preflight.run(self.context((), THIRD), asked).status, OK)
        self.assertEqual(self.spares(), ["tea"])
        # As on a disk that is full to the last block: nothing can be renamed there.
        full = mock.patch("os.rename", side_effect=OSError(28, "No space left on device"))
        with full:
            self.assertEqual(preflight.run(self.context((), THIRD), dict(asked, bytes=1 << 60)).status, BLOCKED)
        self.assertFalse((self.root / "spare").exists())
        self.assertEqual(self.deploy(THIRD), [])


class SpareByTwo(SpareCase):
    """Placed by two processes."""

    def test_each_takes_what_is_its_own(self) -> None:
        self.vendors += [make_wheel(self.work, name, {name + "/__init__.py": ""}) for name in ("milk", "rum")]
        with mock.patch("conc_agent.halves.pay", return_value=True):
            self.deploy(FIRST)
            self.deploy(SECOND, keep=0)
            self.assertEqual(self.spares(), ["milk", "rum", "tea"])
            self.assertEqual(self.deploy(THIRD), ["milk", "rum", "tea"])
