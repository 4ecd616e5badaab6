"""What verify sees, and what `conc check --drift` does: every way in which what was placed may differ."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

from conc_agent import release
from conc_agent.calls import drift
from conc_agent.install.interpreter import replaced_interpreter
from conc_agent.install.schemes import venv_layout
from conc_agent.launchers import place_launchers
from conc_agent.ops import install, verify
from conc_agent.outcome import FAILED, OK

from tests.controller import Controller

from .base import FIRST, SECOND, RootCase
from .local import install_request
from .making import make_wheel

LIB = venv_layout().purelib
VENV = f"releases/{FIRST}/venv"


class DriftCase(RootCase):
    def setUp(self) -> None:
        super().setUp()
        points = "[console_scripts]\nhello = vendor:main\n"
        vendor = make_wheel(self.work, "vendor", {"vendor/a.py": "a = 1\n", "vendor/b.txt": "b"}, entry_points=points)
        self.app = make_wheel(self.work, "app", {"app.py": "z = 1\n"})
        self.wheels = [vendor, self.app]
        self.installed(self.wheels, application="app")
        release.point_current(self.root, FIRST)

    def replace(self, path: str, data: bytes, mode: int = 0o444) -> None:
        """As an editor does: another file under the same name, here even with the time of the old one."""
        target = self.root / path
        before = target.stat()
        target.unlink()
        target.write_bytes(data)
        os.chmod(str(target), mode)
        os.utime(str(target), ns=(before.st_mtime_ns, before.st_mtime_ns))


class Verify(DriftCase):
    def differs(self, *expected: str) -> None:
        outcome = self.verify()
        self.assertEqual((outcome.status, outcome.code), (FAILED, "release.differs"))
        self.assertEqual(sorted(outcome.evidence), sorted(f"{VENV}/{line}" for line in expected))

    def test_all_is_well(self) -> None:
        self.assertEqual((self.verify().status, self.verify().text), (OK, "every file as in the manifest"))

    def test_a_linked_file(self) -> None:
        self.replace(f"{VENV}/{LIB}/vendor/b.txt", b"c")
        self.differs(f"{LIB}/vendor/b.txt has other content")

    def test_a_linked_file_of_another_size(self) -> None:
        self.replace(f"{VENV}/{LIB}/vendor/b.txt", b"cc")
        self.differs(f"{LIB}/vendor/b.txt has 2 bytes instead of 1")

    def test_the_same_content_in_another_file_is_no_difference(self) -> None:
        self.replace(f"{VENV}/{LIB}/vendor/b.txt", b"b", 0o644)
        self.assertEqual(self.verify().status, OK)

    def test_a_time_stamp_that_would_make_bytecode_stale(self) -> None:
        os.utime(str(self.venv() / LIB / "vendor" / "a.py"))
        self.differs(f"{LIB}/vendor/a.py has another time stamp")

    def test_a_copied_file(self) -> None:
        self.replace(f"{VENV}/{LIB}/app.py", b"z = 2\n", 0o644)
        self.differs(f"{LIB}/app.py has other content")

    def test_modes(self) -> None:
        os.chmod(str(self.venv() / LIB / "vendor" / "b.txt"), 0o666)
        os.chmod(str(self.venv() / LIB / "app.py"), 0o600)
        os.chmod(str(self.venv() / "bin" / "hello"), 0o644)
        self.differs(
            f"{LIB}/vendor/b.txt has mode 0666 instead of 0444",
            f"{LIB}/app.py has mode 0600 instead of 0644",
            "bin/hello is not executable",
        )

    def test_missing_files_bytecode_included(self) -> None:
        shutil.rmtree(str(self.venv() / LIB / "vendor" / "__pycache__"))
        (self.venv() / LIB / "vendor" / "b.txt").unlink()
        outcome = self.verify()
        self.assertEqual(len(outcome.evidence), 2)
        self.assertTrue(all(line.endswith("is missing") for line in outcome.evidence), outcome.evidence)

    def test_the_interpreter(self) -> None:
        for name in os.listdir(str(self.venv() / "bin")):
            if name.startswith("python"):
                (self.venv() / "bin" / name).unlink()
        accepted = verify.run(self.context((), FIRST), {"acceptDrift": True})
        for outcome in (self.verify(), accepted):
            self.assertEqual((outcome.status, outcome.code), (FAILED, "release.no-python"))

    def test_an_interpreter_that_was_replaced_by_another_version(self) -> None:
        path = self.root / "releases" / FIRST / "release.json"
        record = json.loads(path.read_text())
        self.assertEqual(record["interpreter"]["executable"], sys.executable)
        self.assertIsNone(replaced_interpreter(record))
        record["interpreter"]["cacheTag"] = "cpython-27"
        said = replaced_interpreter(record)
        self.assertEqual(
            said,
            "%s is %s by now; the release was made for cpython-27" % (sys.executable, sys.implementation.cache_tag),
        )

    def test_a_link_in_the_place_of_a_file(self) -> None:
        target = self.venv() / LIB / "vendor" / "b.txt"
        target.unlink()
        target.symlink_to("/dev/null")
        self.differs(f"{LIB}/vendor/b.txt is a link, to /dev/null, and no plain file")

    def test_only_the_first_ten_are_shown(self) -> None:
        shutil.rmtree(str(self.venv() / LIB))
        outcome = self.verify()
        self.assertEqual(len(outcome.evidence), 11)
        self.assertRegex(outcome.evidence[-1], r"^and \d+ more$")

    def test_a_release_that_is_not_complete(self) -> None:
        (self.venv().parent / "release.json").unlink()
        self.assertEqual(self.verify().code, "release.incomplete")

    def test_what_a_person_accepts_is_named_all_the_same(self) -> None:
        self.replace(f"{VENV}/{LIB}/app.py", b"z = 2\n", 0o644)
        outcome = verify.run(self.context((), FIRST), {"acceptDrift": True})
        self.assertEqual((outcome.status, outcome.evidence), (OK, [f"{VENV}/{LIB}/app.py has other content"]))
        self.assertRegex(outcome.text, r"^1 of \d+ files differ from what was installed, which was accepted$")


class Drift(DriftCase):
    """Every file is read: content that no time stamp tells of is seen too."""

    def look(self, every: bool = False, thorough: bool = True) -> Dict[str, Any]:
        return drift.serve(Controller().channel, {"root": str(self.root), "all": every, "thorough": thorough})

    def found(self, every: bool = False) -> List[Tuple[str, str]]:
        return [(each["path"], each["what"]) for each in self.look(every)["differences"]]

    def entry(self) -> str:
        return next(
            "store/" + path.name for path in (self.root / "store").iterdir() if (path / "purelib/vendor").exists()
        )

    def test_nothing(self) -> None:
        looked = self.look()
        self.assertEqual((looked["releases"], looked["entries"], looked["differences"]), ([FIRST], 2, []))
        self.assertGreater(looked["files"], 10)

    def test_a_root_without_a_release(self) -> None:
        looked = drift.serve(Controller().channel, {"root": str(self.work / "none"), "all": True, "thorough": True})
        self.assertEqual((looked["releases"], looked["differences"]), ([], []))

    def test_written_into_in_place_with_its_size_and_time(self) -> None:
        """In the store it is the same file; verify, which reads only what is not the store's own, is told nothing."""
        target = self.venv() / LIB / "vendor" / "b.txt"
        before = target.stat()
        os.chmod(str(target), 0o644)
        target.write_bytes(b"c")
        os.chmod(str(target), 0o444)
        os.utime(str(target), ns=(before.st_mtime_ns, before.st_mtime_ns))
        self.assertEqual(self.verify().status, OK)
        self.assertEqual(
            self.found(),
            [(f"{VENV}/{LIB}/vendor/b.txt", "content"), (f"{self.entry()}/purelib/vendor/b.txt", "content")],
        )

    def test_the_store_alone(self) -> None:
        self.replace(f"{self.entry()}/purelib/vendor/b.txt", b"c")
        (self.root / self.entry() / "purelib" / "vendor" / "more.txt").write_text("more")
        self.assertEqual(
            self.found(),
            [
                (f"{self.entry()}/purelib/vendor/b.txt", "content"),
                (f"{self.entry()}/purelib/vendor/more.txt", "added"),
            ],
        )

    def test_a_store_entry_without_its_index(self) -> None:
        (self.root / self.entry() / "index.json").unlink()
        self.assertIn((f"{self.entry()}/index.json", "removed"), self.found())

    def test_added_files_and_folders(self) -> None:
        (self.venv() / LIB / "hand.py").write_text("")
        (self.venv() / LIB / "hands" / "deep").mkdir(parents=True)
        (self.venv() / LIB / "hands" / "deep" / "one.py").write_text("")
        (self.venv() / "lib" / "elsewhere").symlink_to("/tmp")
        self.assertEqual(
            sorted(self.found()),
            sorted((f"{VENV}/{path}", "added") for path in (f"{LIB}/hand.py", f"{LIB}/hands/", "lib/elsewhere")),
        )

    def test_bytecode_that_an_interpreter_wrote_is_its_own(self) -> None:
        cache = self.venv() / LIB / "__pycache__"
        (cache / "app.cpython-311.opt-1.pyc").write_bytes(b"")
        (cache / "stray.cpython-311.pyc").write_bytes(b"")
        self.assertEqual(self.found(), [(f"{VENV}/{LIB}/__pycache__/stray.cpython-311.pyc", "added")])

    def test_links_of_the_venv(self) -> None:
        python = self.venv() / "bin" / "python"
        before = os.readlink(str(python))
        python.unlink()
        python.symlink_to("/usr/bin/env")
        self.assertEqual(self.found(), [(f"{VENV}/bin/python", "link")])
        self.assertIn(f"leads to /usr/bin/env instead of {before}", self.look()["differences"][0]["text"])

    def test_what_the_release_says_of_itself(self) -> None:
        """A command that is changed there would be started."""
        self.replace(
            f"releases/{FIRST}/release.json", (self.root / "releases" / FIRST / "release.json").read_bytes() + b" "
        )
        self.assertEqual(self.found(), [(f"releases/{FIRST}/release.json", "content")])
        (self.root / "releases" / FIRST / "files.json").unlink()
        self.assertEqual(self.found(), [(f"releases/{FIRST}/files.json", "removed")])

    def test_other_releases_and_entries_are_looked_at_when_asked(self) -> None:
        other = make_wheel(self.work, "other", {"other.py": "o = 1\n"})
        self.installed([other], SECOND)
        (self.venv(SECOND) / LIB / "other.py").unlink()
        self.assertEqual(self.found(), [])
        self.assertEqual(self.found(every=True), [(f"releases/{SECOND}/venv/{LIB}/other.py", "removed")])
        self.assertEqual(self.look(every=True)["entries"], 3)

    def test_the_quick_look_is_that_of_verify(self) -> None:
        self.replace(f"{VENV}/{LIB}/app.py", b"z = 2\n", 0o644)
        (self.venv() / LIB / "hand.py").write_text("")
        looked = self.look(thorough=False)
        self.assertEqual([each["path"] for each in looked["differences"]], [f"{VENV}/{LIB}/app.py"])


class Launchers(DriftCase):
    def setUp(self) -> None:
        super().setUp()
        folder = self.root / "releases" / FIRST
        processes = [
            {"name": name, "command": "true", "count": 1, "listen": None, "env": {}} for name in ("web", "worker")
        ]
        record = dict(release.record(self.root, FIRST) or {}, processes=processes)
        shutil.rmtree(str(folder))
        self.make(record)

    def make(self, record: Dict[str, Any]) -> None:
        entries = self.entries(self.wheels, "app")
        request = dict(install_request(FIRST, entries), record=record)
        self.assertEqual(install.run(self.context(self.wheels), request).status, OK)

    def found(self) -> List[Tuple[str, str]]:
        looked = drift.serve(Controller().channel, {"root": str(self.root), "all": False, "thorough": True})
        return [(each["path"], each["what"]) for each in looked["differences"]]

    def seen_by_verify(self) -> Optional[List[str]]:
        outcome = self.verify()
        return None if outcome.status == OK else list(outcome.evidence)

    def test_as_they_were_placed(self) -> None:
        self.assertEqual((self.found(), self.seen_by_verify()), ([], None))

    def test_one_edited_one_gone_one_more(self) -> None:
        bin = self.root / "bin"
        text = (bin / "web").read_text()
        (bin / "web").write_text(text.replace("def main():\n", "def main():\n    os.environ['DEBUG'] = '1'\n"))
        (bin / "worker").unlink()
        (bin / "by-hand").write_text("#!/bin/sh\n")
        self.assertEqual(self.found(), [("bin/web", "content"), ("bin/worker", "removed"), ("bin/by-hand", "added")])
        self.assertEqual(self.seen_by_verify(), ["bin/web has other content", "bin/worker is missing"])

    def test_a_mode(self) -> None:
        os.chmod(str(self.root / "bin" / "web"), 0o777)
        self.assertEqual(self.seen_by_verify(), ["bin/web has mode 0777 instead of 0755"])

    def test_an_edit_behind_the_last_line(self) -> None:
        with (self.root / "bin" / "web").open("a") as file:
            file.write("print()\n")
        self.assertEqual(self.found(), [("bin/web", "content")])

    def test_placed_anew_it_is_whole(self) -> None:
        (self.root / "bin" / "web").write_text("")
        place_launchers(self.root, Path(self.root / "releases" / FIRST), release.record(self.root, FIRST) or {})
        self.assertEqual(self.found(), [])
