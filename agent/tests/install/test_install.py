"""From wheels to a release: where files go, how often, and what is left when it is cut off."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Dict, List

from conc_agent.context import Cancelled
from conc_agent.install.schemes import venv_layout
from conc_agent.install.store import complete_entries
from conc_agent.ops import install
from conc_agent.outcome import BLOCKED, FAILED, OK, STOPPED

from .base import FIRST, SECOND, RootCase
from .local import TAG, install_request
from .making import Content, make_wheel

LIB = venv_layout().purelib


def _links(path: Path) -> int:
    return path.stat().st_nlink


class Install(RootCase):
    def setUp(self) -> None:
        super().setUp()
        self.vendor = make_wheel(
            self.work,
            "vendor",
            {
                "vendor/__init__.py": "def main():\n    print('hello')\n",
                "vendor/old.py": "print 'this is Python 2'\n",
                "vendor/data.bin": b"\0\1\2",
                "vendor-1.0.data/scripts/tool": "#!python\nimport sys; print(sys.prefix)\n",
                "vendor-1.0.data/scripts/plain": "#!/bin/sh\necho plain\n",
                "vendor-1.0.data/data/share/vendor/readme": "read me\n",
                "vendor-1.0.data/headers/vendor.h": "int x;\n",
                "vendor-1.0.data/platlib/vendor_plat.py": "y = 1\n",
            },
            entry_points="[console_scripts]\nhello = vendor:main [extra]\n[gui_scripts]\nghello = vendor:main\n",
            modes={"vendor-1.0.data/scripts/tool": 0o755, "vendor-1.0.data/scripts/plain": 0o755},
        )
        self.app = make_wheel(self.work, "app", {"app.py": "z = 1\n"})

    def test_every_file_is_where_pip_puts_it(self) -> None:
        venv = self.installed([self.vendor, self.app], application="app")
        version = LIB.split("/")[1]
        for path in (
            f"{LIB}/vendor/data.bin",
            f"{LIB}/vendor_plat.py",
            f"include/site/{version}/vendor/vendor.h",
            "share/vendor/readme",
            "bin/hello",
            "bin/ghello",
            "bin/tool",
            "bin/plain",
        ):
            self.assertTrue((venv / path).is_file(), path)
        self.assertEqual(_output([str(venv / "bin" / "hello")]), "hello\n")
        self.assertEqual(_output([str(venv / "bin" / "plain")]), "plain\n")
        self.assertEqual(_output([str(venv / "bin" / "tool")]), f"{venv}\n")
        self.assertFalse((venv / LIB / "vendor-1.0.dist-info" / "REQUESTED").exists())
        self.assertTrue((venv / LIB / "app-1.0.dist-info" / "REQUESTED").exists())
        self.assertEqual((venv / LIB / "app-1.0.dist-info" / "INSTALLER").read_text(), "conc\n")

    def test_vendors_are_linked_read_only_and_the_application_is_copied(self) -> None:
        first = self.installed([self.vendor, self.app], application="app")
        second = self.installed([self.vendor, self.app], SECOND, application="app")
        one, two = first / LIB / "vendor" / "__init__.py", second / LIB / "vendor" / "__init__.py"
        self.assertTrue(one.samefile(two))
        self.assertEqual((stat.S_IMODE(one.stat().st_mode), _links(one)), (0o444, 3))
        own = second / LIB / "app.py"
        self.assertEqual((stat.S_IMODE(own.stat().st_mode), _links(own)), (0o644, 1))

    def test_bytecode_is_made_once_and_believed(self) -> None:
        first = self.installed([self.vendor, self.app], application="app")
        outcome = self.install([self.vendor, self.app], SECOND, application="app")
        self.assertRegex(outcome.text, r"^\d+ files linked, \d+ copied, 0 compiled$")
        for venv in (first, self.venv(SECOND)):
            python = str(venv / "bin" / "python")
            told = subprocess.run(
                [python, "-v", "-c", "import vendor, app"], check=True, stderr=subprocess.PIPE, text=True
            ).stderr
            for module in ("vendor/__init__.py", "app.py"):
                self.assertIn(f"matches {venv / LIB / module}", told)
            self.assertEqual(
                _output([python, "-c", "import vendor; print(vendor.main.__code__.co_filename)"]).strip(),
                str(venv / LIB / "vendor" / "__init__.py"),
            )
        self.assertFalse(list((first / LIB / "vendor").rglob("old.*.pyc")), "Python 2 code has no bytecode")

    def test_a_file_edited_by_hand_is_never_masked_by_old_bytecode(self) -> None:
        venv = self.installed([self.vendor, self.app], application="app")
        (venv / LIB / "app.py").write_text("z = 2\n")
        self.assertEqual(_output([str(venv / "bin" / "python"), "-c", "import app; print(app.z)"]), "2\n")

    def test_release_is_complete_and_stays_as_it_is(self) -> None:
        self.installed([self.vendor])
        folder = self.root / "releases" / FIRST
        for path in (".alive", "release.json", "files.json"):
            self.assertTrue((folder / path).is_file(), path)
        self.assertTrue((self.root / "shared" / "log").is_dir())
        before = (folder / "release.json").stat().st_mtime_ns
        outcome = self.install([self.vendor])
        self.assertEqual((outcome.status, outcome.text), (STOPPED, "already installed"))
        self.assertEqual((folder / "release.json").stat().st_mtime_ns, before)

    def test_an_unfinished_release_is_made_anew(self) -> None:
        self.installed([self.vendor])
        folder = self.root / "releases" / FIRST
        (folder / "release.json").unlink()
        (folder / "venv" / "left-over").write_text("")
        self.installed([self.vendor])
        self.assertFalse((folder / "venv" / "left-over").exists())

    def test_ended_at_any_moment_it_leaves_nothing_half_made_and_can_go_on(self) -> None:
        entries = self.entries([self.vendor, self.app], "app")
        request = install_request(FIRST, entries)
        for moment in (1, 5, 12, 18, 20, 22, 24):
            with self.subTest(moment):
                shutil.rmtree(str(self.root))
                self.root.mkdir()
                context = self.context([self.vendor, self.app])
                self.deliver(context, entries)
                context._looks = 0
                context.cancel_at = moment
                with self.assertRaises(Cancelled):
                    install.run(context, request)
                self.assertEqual(_names(self.root / "releases"), [])
                self.assertEqual(_names(self.root / "trash"), [])
                self.assertIn(len(_names(self.root / "store")), (0, 2))
                context.cancel_at = None
                self.assertEqual(install.run(context, request).status, OK)
                self.assertEqual(self.verify().status, OK)

    def test_another_interpreter_is_refused(self) -> None:
        entries = self.entries([self.vendor])
        request = install_request(FIRST, entries)
        request["record"]["interpreter"]["cacheTag"] = "cpython-27"
        outcome = install.run(self.context([self.vendor]), request)
        self.assertEqual((outcome.status, outcome.code), (BLOCKED, "interpreter.changed"))

    def test_a_wheel_that_was_never_delivered(self) -> None:
        outcome = install.run(self.context([self.vendor]), install_request(FIRST, self.entries([self.vendor])))
        self.assertEqual((outcome.status, outcome.code), (FAILED, "wheel.missing"))

    def test_a_list_of_files_that_was_changed_on_the_node(self) -> None:
        entries = self.entries([self.vendor])
        self.deliver(self.context([self.vendor]), entries)
        staged = self.root / "change" / "wheels" / f"{entries[0]['sha256']}.json"
        staged.write_bytes(staged.read_bytes().replace(b'"executable":false', b'"executable":true '))
        outcome = install.run(self.context([]), install_request(FIRST, entries))
        self.assertEqual((outcome.status, outcome.code), (FAILED, "wheel.contents"))

    def test_readable_by_services_whatever_the_umask(self) -> None:
        before = os.umask(0o077)
        self.addCleanup(os.umask, before)
        venv = self.installed([self.vendor, self.app], application="app")
        closed = [
            str(path)
            for path in venv.parent.rglob("*")
            if not path.is_symlink() and not path.stat().st_mode & 0o004 and path.name != ".alive"
        ]
        self.assertEqual(closed, [])

    def test_a_long_and_a_spaced_path(self) -> None:
        for name in ("a folder with spaces", "long-" * 30):
            with self.subTest(name):
                self.root = self.work / name / "srv"
                self.root.mkdir(parents=True)
                venv = self.installed([self.vendor])
                self.assertEqual((venv / "bin" / "hello").read_bytes()[:10], b"#!/bin/sh\n")
                self.assertEqual(_output([str(venv / "bin" / "hello")]), "hello\n")
                self.assertEqual(_output([str(venv / "bin" / "tool")]), f"{venv}\n")
                self.assertEqual(self.verify().status, OK)

    def test_tools_have_a_venv_of_their_own_and_are_made_once(self) -> None:
        entries = self.entries([self.vendor, self.app], "app")
        self.deliver(self.context([self.vendor, self.app]), entries)
        tool = {"name": "supervisor", "version": "4.3.0", "wheels": [entries[0]]}
        context = self.context([])
        outcome = install.run(context, install_request(FIRST, [entries[1]], [tool]))
        self.assertEqual(outcome.status, OK, outcome)
        (folder,) = (self.root / "tools").iterdir()
        self.assertRegex(folder.name, r"^supervisor-4\.3\.0-[0-9a-f]{8}$")
        self.assertEqual(_output([str(folder / "venv" / "bin" / "hello")]), "hello\n")
        self.assertFalse((self.venv() / LIB / "vendor").exists())
        self.assertEqual(len(complete_entries(self.root, TAG)), 2)
        self.assertEqual(install.run(context, install_request(FIRST, [entries[1]], [tool])).status, STOPPED)
        (folder / "tool.json").unlink()
        again = install.run(context, install_request(FIRST, [entries[1]], [tool]))
        self.assertEqual((again.status, again.text), (OK, "already installed; supervisor is new"))


class FullDisk(RootCase):
    """On a disk that takes the wheel, and its files, but not their bytecode; and on one that takes less."""

    @unittest.skipUnless(os.geteuid() == 0, "mounting a small disk takes root")
    def test_it_is_told_in_words_and_nothing_half_made_stays(self) -> None:
        files: Dict[str, Content] = {f"many/m{number}.py": f"x = {number}\n" for number in range(200)}
        wheel = make_wheel(self.work, "many", files)
        for pages in (150, 300, 420, 460):
            with self.subTest(pages):
                subprocess.run(
                    ["mount", "-t", "tmpfs", "-o", f"size={pages * 4}k", "tmpfs", str(self.root)], check=True
                )
                try:
                    outcome = self.install([wheel])
                    self.assertEqual((outcome.status, outcome.code), (BLOCKED, "disk.full"), outcome)
                    self.assertRegex(outcome.text, f"^the disk of {self.root} is full")
                    self.assertEqual(_names(self.root / "store"), [])
                    self.assertEqual(_names(self.root / "releases"), [])
                finally:
                    subprocess.run(["umount", str(self.root)], check=True)


class NoLinks(RootCase):
    """Where hard links can't be had, files are copied, and that is said."""

    def setUp(self) -> None:
        super().setUp()
        self.wheel = make_wheel(
            self.work, "vendor", {"vendor.py": "x = 1\n", "vendor_data/a": "a", "vendor_data/b": "b"}
        )

    def installed_by_copies(self) -> List[str]:
        outcome = self.install([self.wheel], SECOND)
        self.assertEqual(outcome.status, OK, outcome)
        self.assertIn("0 files linked", outcome.text)
        self.assertEqual(_links(self.venv(SECOND) / LIB / "vendor.py"), 1)
        self.assertEqual(self.verify(SECOND).status, OK)
        return list(outcome.evidence)

    @unittest.skipUnless(os.path.isdir("/dev/shm"), "a second file system is needed")
    def test_the_store_lies_on_another_file_system(self) -> None:
        elsewhere = tempfile.mkdtemp(dir="/dev/shm")
        self.addCleanup(shutil.rmtree, elsewhere)
        if os.stat(elsewhere).st_dev == self.root.stat().st_dev:
            self.skipTest("/dev/shm and the temporary folder are one file system")
        (self.root / "store").symlink_to(elsewhere)
        self.assertRegex(self.installed_by_copies()[0], "^links are not possible here: ")

    @unittest.skipUnless(os.geteuid() == 0, "giving files away takes root")
    def test_the_store_belongs_to_another(self) -> None:
        self.installed([self.wheel])
        for entry in (self.root / "store").iterdir():
            os.chown(str(entry), 65534, 65534)
        self.assertRegex(self.installed_by_copies()[0], "^the store belongs to another user")

    def test_a_file_with_as_many_links_as_the_file_system_takes(self) -> None:
        self.installed([self.wheel])
        (entry,) = (self.root / "store").iterdir()
        (self.work / "links").mkdir()
        limit = os.pathconf(str(self.root), "PC_LINK_MAX")
        if limit > 100_000:
            self.skipTest(f"this file system takes {limit} links")
        full = entry / "purelib" / "vendor_data" / "a"
        for number in range(limit - _links(full)):
            os.link(str(full), str(self.work / "links" / str(number)))
        outcome = self.install([self.wheel], SECOND)
        self.assertRegex(outcome.text, r"^\d+ files linked, 1 copied")
        self.assertEqual(_links(self.venv(SECOND) / LIB / "vendor_data" / "a"), 1)
        self.assertEqual(self.verify(SECOND).status, OK)


def _names(folder: Path) -> List[str]:
    return os.listdir(str(folder)) if folder.exists() else []


def _output(command: List[str]) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
