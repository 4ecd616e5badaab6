"""Wheels of which only what differs came: what is installed of them is what was built, or they come whole."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import zlib
from pathlib import Path
from typing import Any, Dict, List
from unittest import mock

from conc_agent import release
from conc_agent.context import Cancelled
from conc_agent.install import former
from conc_agent.install.difference import Different, remake
from conc_agent.install.entry import read_index
from conc_agent.install.store import entry_folder, staged_wheel
from conc_agent.ops import deliver, deliver_differences, install
from conc_agent.outcome import FAILED, OK, Outcome

from .base import FIRST, SECOND, RootCase
from .differing import DifferingContext, difference
from .local import TAG, LocalContext, contents_of, entry_of, install_request
from .making import make_wheel

FILES = {
    "shop/__init__.py": "",
    "shop/changed.py": "one = 1\n",
    "shop/data/words.txt": "words\n" * 100,
    "shop/größe.py": "größe = 1\n",
    "shop/\U0001f600.txt": "smiles\n",
    "shop/ﬀ.txt": "sorted elsewhere in UTF-16\n",
    "shop-1.0.data/scripts/run": "#!python\nprint(1)\n",
    "shop-1.0.data/data/share/x.txt": "x\n",
    "shop-1.0.data/purelib/shop/more.py": "more = 1\n",
}


class DifferenceCase(RootCase):
    def setUp(self) -> None:
        super().setUp()
        self.first = self.wheel("first", FILES)
        self.installed([self.first], application="shop")
        release.point_current(self.root, FIRST)

    def wheel(self, folder: str, files: Dict[str, Any], **more: Any) -> Path:
        (self.work / folder).mkdir()
        modes = {"shop-1.0.data/scripts/run": 0o755, **more.pop("modes", {})}
        return make_wheel(self.work / folder, "shop", files, modes=modes, **more)

    def differing(self, *wheels: Path) -> DifferingContext:
        context = DifferingContext(self.root, list(wheels), SECOND)
        self.addCleanup(context.beside.stop)
        return context

    def bring(self, context: DifferingContext, *wheels: Path) -> Outcome:
        outcome = deliver.run(context, {"wheels": self.entries(wheels)})
        if outcome.status == OK:
            entries = self.entries(wheels, "shop")
            self.assertEqual(install.run(context, install_request(SECOND, entries)).status, OK)
            self.assertEqual(self.verify(SECOND).status, OK)
        return outcome

    def content(self, wheel: Path) -> Dict[str, str]:
        """What the store has of a wheel: all that came in it, by its sha256."""
        entry = read_index(entry_folder(self.root, entry_of(wheel)["sha256"], TAG))
        found: Dict[str, str] = {}
        for scheme, tree in entry.trees.items():
            for file in tree.files:
                path = entry.folder / scheme / file.path
                mode = "x" if os.stat(str(path)).st_mode & 0o111 else "-"
                found[f"{scheme}/{file.path}"] = mode + hashlib.sha256(path.read_bytes()).hexdigest()
        return {path: told for path, told in found.items() if not path.endswith((".pyc", "RECORD"))}

    def staged(self) -> List[str]:
        return sorted(os.listdir(str(self.root / "change" / "wheels")))


class Differences(DifferenceCase):
    def test_only_what_differs_comes(self) -> None:
        wheel = self.wheel("second", {**FILES, "shop/changed.py": "one = 2\n"})
        context = self.differing(wheel)
        outcome = self.bring(context, wheel)
        self.assertRegex(outcome.text, r"^1 of 1 wheels is new: [0-9]+ bytes sent, 9 of 12 files were here$")
        self.assertEqual((context.wholes, list(outcome.evidence)), ([], []))
        self.assertEqual((self.venv(SECOND) / "bin" / "run").stat().st_mode & 0o111, 0o111)
        done, total = [told[:2] for told in context.told if told[2] == "bytes"][-1]
        self.assertEqual(done, total)

    def test_the_entry_is_the_one_that_the_whole_wheel_makes(self) -> None:
        changes: Dict[str, Dict[str, Any]] = {
            "changed": {"files": {**FILES, "shop/changed.py": "one = 2\n"}},
            "added": {"files": {**FILES, "shop/added.py": "two = 2\n", "other/__init__.py": ""}},
            "removed": {"files": {path: text for path, text in FILES.items() if path != "shop/changed.py"}},
            "renamed": {"files": {path.replace("changed", "named"): text for path, text in FILES.items()}},
            "executable": {"files": FILES, "modes": {"shop/changed.py": 0o755}},
            "folder": {"files": {**_without("shop/data/words.txt"), "shop/data/words.txt/deep.txt": "words\n"}},
            "version": {
                "files": {path.replace("shop-1.0", "shop-1.1"): text for path, text in FILES.items()},
                "version": "1.1",
            },
            "scripts": {"files": {**FILES, "shop-1.0.data/scripts/run": "#!python\nprint(2)\n"}},
            "points": {"files": FILES, "entry_points": "[console_scripts]\nshop = shop.changed:one\n"},
        }
        for number, (name, change) in enumerate(changes.items()):
            with self.subTest(name):
                wheel = self.wheel(name, **change)
                context = self.differing(wheel)
                deliver.run(context, {"wheels": self.entries([wheel])})
                self.assertEqual(context.wholes, [])
                remade = self.filled(context, wheel, f"r{2 * number + 2}-00000002")
                shutil.rmtree(str(entry_folder(self.root, entry_of(wheel)["sha256"], TAG)))
                whole = self.context([wheel])
                deliver.run(whole, {"wheels": self.entries([wheel])})
                self.assertEqual(remade, self.filled(whole, wheel, f"r{2 * number + 3}-00000002"))

    def filled(self, context: LocalContext, wheel: Path, name: str) -> Dict[str, str]:
        """What the store has of a wheel that is staged, once it was installed."""
        outcome = install.run(context, install_request(name, self.entries([wheel])))
        self.assertEqual(outcome.status, OK, outcome)
        return self.content(wheel)

    def test_record_is_made_as_the_build_writes_it_or_filled_in(self) -> None:
        wheel = self.wheel("second", {**FILES, "shop/a,b.py": "", "shop/changed.py": "one = 2\n"})
        there = self.former(wheel)
        told = {file["path"]: file for file in contents_of(wheel)}
        info = "shop-1.0.dist-info/RECORD"
        rows = [f"{_quoted(path)},\0\r\n" for path in reversed(list(told)) if path != info]
        for record in (True, "".join([*rows, f"{info},,\r\n"])):
            data = difference(wheel, _signature(there), lambda header: None, record)
            target = self.work / "remade.whl"
            with self.assertRaisesRegex(Different, "do not make the files of its list"):
                remake(target, there, iter([data]), {"unpacked": 1 << 20}, "0" * 64, lambda: None)
            made = contents_of(target)
            files = [file for file in contents_of(wheel) if file["path"] != info]
            self.assertEqual([file for file in made if file["path"] != info], files)
            text = "".join(
                f"{_quoted(file['path'])},{_end(file)}{'' if record is True else chr(13)}\n"
                for file in (files if record is True else reversed(files))
            )
            text += f"{info},,\n" if record is True else f"{info},,\r\n"
            digest = next(file["sha256"] for file in made if file["path"] == info)
            self.assertEqual(digest, hashlib.sha256(text.encode("utf-8")).hexdigest())

    def test_of_another_interpreter_the_same_files_are_taken(self) -> None:
        there = entry_folder(self.root, entry_of(self.first)["sha256"], TAG)
        os.rename(str(there), str(there.with_name(there.name.replace(TAG, "cpython-27"))))
        record = self.root / "releases" / FIRST / "release.json"
        record.write_text(record.read_text(encoding="utf-8").replace(TAG, "cpython-27"), encoding="utf-8")
        context = self.differing(self.first)
        self.assertRegex(self.bring(context, self.first).text, " 10 of 12 files were here$")

    def former(self, wheel: Path) -> former.Former:
        digest = entry_of(wheel)["sha256"]
        return former.former_wheels(self.root, {digest: entry_of(wheel)}, [digest])[digest]


class Whole(DifferenceCase):
    """Where a difference does not lead to the wheel, it comes whole, and that is told."""

    def setUp(self) -> None:
        super().setUp()
        self.second = self.wheel("second", {**FILES, "shop/changed.py": "one = 2\n"})
        self.context_ = self.differing(self.second)

    def whole(self, because: str) -> None:
        outcome = self.bring(self.context_, self.second)
        self.assertEqual((outcome.status, self.context_.wholes), (OK, [self.second.name]))
        self.assertRegex("\n".join(outcome.evidence), f"^shop-1.0-py3-none-any.whl came whole: .*{because}")
        self.assertNotIn("files were here", outcome.text)
        self.assertEqual(self.staged(), [])
        fresh = self.content(self.second)
        self.assertEqual(fresh["purelib/shop/__init__.py"], "-" + hashlib.sha256(b"").hexdigest())
        self.assertEqual(len(fresh), 12)

    def test_a_file_of_the_store_that_was_changed_by_hand(self) -> None:
        folder = entry_folder(self.root, entry_of(self.first)["sha256"], TAG)
        for data in (b"# mine\n", b"words\n" * 99 + b"Words\n", b""):
            path = folder / "purelib" / "shop" / "data" / "words.txt"
            path.chmod(0o644)
            path.write_bytes(data)
        self.whole("words.txt was changed since it was installed")

    def test_a_file_of_the_store_that_is_gone(self) -> None:
        folder = entry_folder(self.root, entry_of(self.first)["sha256"], TAG)
        (folder / "purelib" / "shop" / "data" / "words.txt").unlink()
        self.whole("words.txt can't be read: No such file")

    def test_two_files_whose_keys_are_alike(self) -> None:
        self.context_.edit = _taken_as_the_same
        self.whole("do not make the files of its list")

    def test_what_came_is_cut_or_damaged(self) -> None:
        for send, because in (
            (lambda data: data[:-9], "ends too early"),
            (lambda data: data[:3], "ends too early"),
            (lambda data: b"", "ends too early"),
            (lambda data: b"\xff" + data[1:], "can't be unpacked"),
            (lambda data: zlib.compress(b"\xff\xff\xff\xff"), "header would have"),
            (lambda data: zlib.compress(b"\0\0\0\2[]"), "header can't be understood"),
            (lambda data: zlib.compress(b"\0\0\0\2{}"), "header can't be understood"),
        ):
            with self.subTest(because):
                self.context_ = self.differing(self.second)
                self.context_.send = send
                outcome = deliver.run(self.context_, {"wheels": self.entries([self.second])})
                self.assertEqual(outcome.status, OK)
                self.assertRegex(outcome.evidence[0], because)
                staged = staged_wheel(self.root, entry_of(self.second)["sha256"])
                self.assertEqual(staged.read_bytes(), self.second.read_bytes())
                staged.unlink()

    def test_names_and_sizes_that_are_no_wheels(self) -> None:
        for name, size, because in (
            ("../outside", 0, "leaves its folder"),
            ("/etc/passwd", 0, "an absolute path"),
            ("shop/__init__.py", 0, "there twice"),
            ("shop/\ud800.py", 1, "can't be understood"),
            ("shop/big.py", 1 << 40, "more than the manifest says"),
            ("shop/negative.py", -1, "can't be understood"),
        ):
            with self.subTest(name):
                self.context_ = self.differing(self.second)
                self.context_.edit = lambda header, add=[name, size, 0]: header["files"].append(add)
                outcome = deliver.run(self.context_, {"wheels": self.entries([self.second])})
                self.assertRegex(outcome.evidence[0], because)
                staged_wheel(self.root, entry_of(self.second)["sha256"]).unlink()

    def test_cut_off_in_the_middle_nothing_of_it_stays_and_the_next_one_begins_anew(self) -> None:
        self.context_.lost = True
        self.context_.send = lambda data: data[:-200]
        with self.assertRaises(ConnectionError):
            deliver.run(self.context_, {"wheels": self.entries([self.second])})
        self.assertEqual(self.staged(), [])
        self.context_ = self.differing(self.second)
        self.context_.cancel_at = 5
        with self.assertRaises(Cancelled):
            deliver.run(self.context_, {"wheels": self.entries([self.second])})
        self.assertEqual(self.staged(), [])
        again = self.differing(self.second)
        self.assertRegex(self.bring(again, self.second).text, "9 of 12 files were here")

    def test_where_the_disk_has_little_room_it_comes_whole(self) -> None:
        full = os.statvfs_result((4096, 4096, 1000, 1, 1, 1000, 500, 500, 0, 255))
        with mock.patch.object(deliver_differences.os, "statvfs", lambda _: full):
            outcome = deliver.run(self.context_, {"wheels": self.entries([self.second])})
        self.assertEqual((outcome.status, self.context_.wholes), (OK, [self.second.name]))

    def test_a_list_that_the_manifest_does_not_have_is_not_installed(self) -> None:
        context = self.differing(self.second)
        entries = self.entries([self.second], "shop")
        deliver.run(context, {"wheels": entries})
        entries[0]["contents"] = "0" * 64
        outcome = install.run(context, install_request(SECOND, entries))
        self.assertEqual((outcome.status, outcome.code), (FAILED, "wheel.contents"))


class Formers(DifferenceCase):
    def test_nothing_is_like_it_where_nothing_serves_or_its_entry_is_gone(self) -> None:
        wheel = self.wheel("second", {**FILES, "shop/changed.py": "one = 2\n"})
        digest = entry_of(wheel)["sha256"]
        wanted: Any = ({digest: entry_of(wheel)}, [digest])
        self.assertEqual(list(former.former_wheels(self.root, *wanted)), [digest])
        (self.root / "current").unlink()
        self.assertEqual(former.former_wheels(self.root, *wanted), {})
        release.point_current(self.root, "r9-00000009")
        self.assertEqual(former.former_wheels(self.root, *wanted), {})
        release.point_current(self.root, FIRST)
        (entry_folder(self.root, entry_of(self.first)["sha256"], TAG) / "index.json").unlink()
        self.assertEqual(former.former_wheels(self.root, *wanted), {})

    def test_what_conc_made_itself_is_no_part_of_the_wheel(self) -> None:
        digest = entry_of(self.first)["sha256"]
        there = former.former_wheels(self.root, {digest: entry_of(self.first)}, [digest])[digest]
        names = sorted(kept.name for kept in there.files)
        self.assertEqual(
            names,
            sorted(
                [
                    *(path.replace("shop-1.0.data/purelib/", "").replace("shop-1.0", "") for path in FILES),
                    *(".dist-info/METADATA", ".dist-info/WHEEL"),
                ]
            ),
        )
        self.assertIn(sys.implementation.cache_tag, str(there.entry.folder))


def _without(*paths: str) -> Dict[str, Any]:
    return {path: text for path, text in FILES.items() if path not in paths}


def _signature(there: former.Former) -> bytes:
    return b"".join(former.key_of(kept.name, kept.file.sha256, kept.executable) for kept in there.files)


def _taken_as_the_same(header: Dict[str, Any]) -> None:
    assert header["files"].pop()[0] == "shop/changed.py"
    header["without"].pop(0)


def _quoted(path: str) -> str:
    return f'"{path}"' if "," in path else path


def _end(file: Dict[str, Any]) -> str:
    import base64

    digest = base64.urlsafe_b64encode(bytes.fromhex(file["sha256"])).decode().rstrip("=")
    return f"sha256={digest},{file['size']}"
