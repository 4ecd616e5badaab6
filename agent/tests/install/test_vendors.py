"""``venv.vendors = shared``: one tree of the vendors' wheels, as processes see it, and verify, prune and drift."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Dict, List, Sequence

from conc_agent import release
from conc_agent.calls import drift
from conc_agent.env import generations
from conc_agent.install.schemes import venv_layout
from conc_agent.ops import install, prune, renew
from conc_agent.outcome import FAILED, OK, Outcome
from conc_agent.vendors import places

from tests.controller import Controller

from .base import FIRST, SECOND, RootCase
from .local import install_request
from .making import make_wheel

LIB = venv_layout().purelib
THIRD = "r3-00000003"
_SEEN = """
import importlib.metadata as metadata, json, sys
import vendor, ns.one, ns.two, loaded
found = {each.metadata["Name"]: [str(f) for f in each.files or () if not f.locate().exists()]
         for each in metadata.distributions()}
points = metadata.entry_points()
points = points.select(group="console_scripts") if hasattr(points, "select") else points["console_scripts"]
print(json.dumps({"files": [vendor.__file__, ns.one.__file__, ns.two.__file__], "loaded": loaded.done,
                  "missing": found, "points": sorted(p.load()() for p in points), "path": sys.path[-2:]}))
"""


class SharedCase(RootCase):
    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(self.open)
        data = "vendor-1.0.data"
        self.vendor = make_wheel(
            self.work,
            "vendor",
            {
                "vendor/__init__.py": "def main():\n    return 'of vendor'\n",
                "vendor/b.txt": "b",
                "ns/one.py": "",
                f"{data}/data/share/vendor.txt": "shared",
                f"{data}/scripts/tool": "#!python\nimport sys; print(sys.prefix)\n",
            },
            modes={f"{data}/scripts/tool": 0o755},
            entry_points="[console_scripts]\nhello = vendor:main\n",
        )
        self.other = make_wheel(self.work, "other", {"loaded.py": "done = False\n"})

    def open(self) -> None:
        """Folders of a tree are read-only: who isn't root can't remove what is in them."""
        for folder, _, _ in os.walk(str(self.root / places.FOLDER)):
            os.chmod(folder, 0o755)

    def app(self, version: str = "1.0", **files: str) -> Path:
        points = "[console_scripts]\nserve = app:main\n"
        own = {"app.py": f"def main():\n    return 'of app {version}'\n", "ns/two.py": ""}
        return make_wheel(self.work, "app", {**(files or own)}, version, points)

    def share(self, wheels: Sequence[Path], name: str = FIRST, application: str = "app") -> Outcome:
        context = self.context(wheels, name)
        entries = self.entries(wheels, application)
        self.deliver(context, entries)
        request = self.request = install_request(name, entries)
        request["record"]["attributes"]["venv.vendors"] = "shared"
        return install.run(context, request)

    def trees(self) -> List[str]:
        folder = self.root / places.FOLDER
        return sorted(os.listdir(str(folder))) if folder.exists() else []

    def tree(self) -> Path:
        return self.root / places.FOLDER / self.trees()[0]

    def ran(self, *argv: str) -> str:
        return subprocess.run(argv, check=True, stdout=subprocess.PIPE).stdout.decode()


class Shared(SharedCase):
    def seen(self, name: str) -> Dict[str, Any]:
        return json.loads(self.ran(str(self.venv(name) / "bin" / "python"), "-I", "-c", _SEEN))

    def test_a_process_sees_the_application_and_its_vendors(self) -> None:
        path = make_wheel(self.work, "path", {"path.pth": "import loaded; loaded.done = True\n"})
        app = make_wheel(self.work, "app", {"app.py": "def main():\n    return 'of app'\n"}, "1.0")
        vendor = make_wheel(self.work, "two", {"ns/two.py": ""})
        self.assertEqual(self.share([self.vendor, self.other, path, vendor, app]).status, OK)
        seen = self.seen(FIRST)
        lib = str(self.tree() / "venv" / LIB)
        self.assertTrue(seen["loaded"], "a vendor's .pth file counts")
        self.assertEqual(seen["path"], [str(self.venv() / LIB), lib])
        self.assertEqual(seen["files"][0], lib + "/vendor/__init__.py")
        self.assertEqual(seen["missing"], {name: [] for name in ("vendor", "other", "path", "two", "app")})
        self.assertEqual(seen["points"], ["of vendor"])

    def test_scripts_and_data_are_in_every_venv(self) -> None:
        outcome = self.share([self.vendor, self.other, self.app()])
        self.assertRegex(outcome.text, r" compiled, the rest in vendors/[0-9a-f]{16}$")
        self.assertEqual(self.ran(str(self.venv() / "bin" / "tool")), str(self.venv()) + "\n")
        self.assertEqual((self.venv() / "share" / "vendor.txt").read_text(), "shared")
        self.assertIn(str(self.venv()), (self.venv() / "bin" / "hello").read_text())
        self.assertFalse((self.venv() / LIB / "vendor").exists())
        self.assertEqual(self.verify().text, "every file as in the manifest")

    def test_a_namespace_may_be_in_both(self) -> None:
        self.assertEqual(self.share([self.vendor, self.other, self.app()]).status, OK)
        files = self.seen(FIRST)["files"]
        self.assertEqual(files[1:], [f"{self.tree()}/venv/{LIB}/ns/one.py", f"{self.venv()}/{LIB}/ns/two.py"])

    def test_the_next_release_has_the_same_tree(self) -> None:
        self.share([self.vendor, self.other, self.app()])
        before = (self.tree() / "venv" / LIB / "vendor" / "b.txt").stat()
        outcome = self.share([self.vendor, self.other, self.app("2.0")], SECOND)
        self.assertEqual((outcome.status, len(self.trees())), (OK, 1))
        self.assertEqual((self.tree() / "venv" / LIB / "vendor" / "b.txt").stat(), before)
        self.assertEqual(
            self.ran(str(self.venv(SECOND) / "bin" / "python"), "-c", "import app; print(app.main())"), "of app 2.0\n"
        )
        self.assertEqual(self.verify(SECOND).text, "every file as in the manifest")

    def test_other_wheels_make_another_tree(self) -> None:
        self.share([self.vendor, self.other, self.app()])
        self.share([self.vendor, self.app("2.0")], SECOND)
        self.assertEqual(len(self.trees()), 2)

    def test_one_that_was_cut_off_is_made_anew(self) -> None:
        self.share([self.vendor, self.app()])
        shutil.rmtree(str(self.root / "releases" / FIRST))
        (self.tree() / places.RECORD).unlink()
        self.open()
        (self.tree() / "venv" / "left").symlink_to("nowhere")
        self.assertEqual(self.share([self.vendor, self.app("2.0")], SECOND).status, OK)
        self.assertEqual(len(self.trees()), 1)
        self.assertFalse((self.tree() / "venv" / "left").is_symlink())
        self.assertEqual(self.verify(SECOND).status, OK)

    def test_one_that_a_release_runs_from_stays_whatever_it_is(self) -> None:
        self.share([self.vendor, self.app()])
        record = self.tree() / places.RECORD
        for damage in (record.unlink, lambda: record.write_text("{")):
            damage()
            self.assertEqual(self.share([self.vendor, self.app("2.0")], SECOND).status, OK)
            self.assertTrue((self.tree() / "venv" / LIB / "vendor" / "b.txt").exists())
            self.assertEqual(places.tree_of(self.root, SECOND), self.tree().name + "-2")
            self.assertEqual(self.verify(SECOND).status, OK)
            shutil.rmtree(str(self.root / "releases" / SECOND))

    def test_renewed_it_shares_the_same_tree(self) -> None:
        self.share([self.vendor, self.app()])
        record = dict(self.request["record"], id=SECOND, env=1)
        generations.add(self.root, 1, {"TOKEN": "canary"}, {"TOKEN": {"since": "now", "by": "ann"}}, "ann", SECOND)
        outcome = renew.run(self.context((), SECOND), {"source": FIRST, "record": record})
        self.assertEqual((outcome.status, len(self.trees())), (OK, 1), outcome)
        self.assertEqual(places.tree_of(self.root, SECOND), places.tree_of(self.root, FIRST))
        self.assertEqual(self.verify(SECOND).text, "every file as in the manifest")


class Whole(SharedCase):
    """What can't be imported from two folders as from one."""

    def whole(self, wheels: Sequence[Path], why: str) -> None:
        outcome = self.share(wheels)
        self.assertEqual((outcome.status, self.trees()), (OK, []), outcome)
        self.assertEqual(len(outcome.evidence), 1)
        self.assertIn(why, outcome.evidence[0])
        self.assertTrue((self.venv() / LIB / "vendor" / "b.txt").exists())
        self.assertFalse((self.venv() / LIB / "conc-vendors.pth").exists())
        self.assertEqual(self.verify().status, OK)

    def test_a_package_of_both(self) -> None:
        own = self.app(**{"vendor/more.py": ""})
        self.whole([self.vendor, own], "the application's wheel and a vendor's both have vendor;")

    def test_a_module_and_a_package(self) -> None:
        self.whole([self.vendor, self.app(**{"vendor.py": ""})], "both have vendor;")

    def test_a_module_of_a_namespace(self) -> None:
        self.whole([self.vendor, self.app(**{"ns/one/__init__.py": ""})], "both have ns.one;")

    def test_a_namespace_that_the_application_makes_a_package(self) -> None:
        self.whole([self.vendor, self.app(**{"ns/__init__.py": "", "ns/two.py": ""})], "both have ns;")

    def test_a_path_file_of_the_application(self) -> None:
        self.whole([self.vendor, self.app(**{"app.pth": "import os\n"})], "app has app.pth;")

    def test_a_path_file_that_asks_for_its_venv(self) -> None:
        asks = make_wheel(self.work, "asks", {"asks.pth": "import sys; sys.path.append(sys.prefix + '/x')\n"})
        self.whole([self.vendor, asks, self.app()], "asks.pth of asks asks for its venv;")

    def test_a_namespace_where_a_path_file_may_have_made_it(self) -> None:
        path = make_wheel(self.work, "path", {"path-nspkg.pth": "import sys\n"})
        self.whole([self.vendor, path, self.app()], "both have ns;")

    def test_libraries_by_way_of_data(self) -> None:
        data = make_wheel(self.work, "odd", {f"odd-1.0.data/data/{LIB}/odd.txt": ""})
        self.whole([self.vendor, data, self.app()], f"odd brings {LIB}/odd.txt as data;")

    def test_libraries_of_the_application_by_way_of_data(self) -> None:
        path = f"{LIB}/conc-vendors.txt"
        self.whole([self.vendor, self.app(**{f"app-1.0.data/data/{path}": ""})], f"app brings {path} as data;")

    def test_no_application(self) -> None:
        self.assertEqual(self.share([self.vendor, self.other], application="").status, OK)
        self.assertEqual(self.seen_files(), [])

    def seen_files(self) -> List[str]:
        return [path.name for path in (self.venv() / LIB).iterdir() if path.name in ("vendor", "loaded.py")]


class Changed(SharedCase):
    def setUp(self) -> None:
        super().setUp()
        self.wheels = [self.vendor, self.other, self.app()]
        self.share(self.wheels)
        release.point_current(self.root, FIRST)
        self.file = f"vendors/{self.trees()[0]}/venv/{LIB}/vendor/b.txt"

    def edit(self) -> None:
        path = self.root / self.file
        before = path.stat()
        self.open()
        path.unlink()
        path.write_text("c")
        os.utime(str(path), ns=(before.st_mtime_ns, before.st_mtime_ns))

    def differences(self, thorough: bool = True) -> List[str]:
        request = {"root": str(self.root), "all": False, "thorough": thorough}
        looked = drift.serve(Controller().channel, request)
        self.assertEqual(looked["entries"], 3 if thorough else 0)
        return [f"{each['path']} {each['text']}" for each in looked["differences"]]

    def test_drift_reads_all_of_the_tree(self) -> None:
        self.assertEqual((self.differences(), self.differences(thorough=False)), ([], []))
        path = self.root / self.file
        before = path.stat()
        path.chmod(0o644)
        path.write_text("c")
        path.chmod(0o444)
        os.utime(str(path), ns=(before.st_mtime_ns, before.st_mtime_ns))
        self.open()
        (path.parent / "stray.py").touch()
        found = self.differences()
        self.assertIn(self.file + " has other content", found)
        self.assertIn(self.file.replace("b.txt", "stray.py") + " was added", found)

    def test_drift_of_a_tree_that_is_gone(self) -> None:
        (self.tree() / places.RECORD).unlink()
        self.assertEqual(
            self.verify().evidence, [f"vendors/{self.trees()[0]}/ is missing, or not whole: releases have files of it"]
        )

    def test_verify_sees_it_and_the_next_deploy_makes_another_tree(self) -> None:
        self.edit()
        new = [self.vendor, self.other, self.app("2.0")]
        self.assertEqual(self.share(new, SECOND).status, OK)
        outcome = self.verify(SECOND)
        self.assertEqual((outcome.status, outcome.code), (FAILED, "release.differs"))
        self.assertEqual(list(outcome.evidence), [self.file + " has other content"])
        self.assertEqual(self.share(new, SECOND).status, OK)
        self.assertEqual(len(self.trees()), 2, "others may still run from the one that was changed")
        self.assertEqual(self.verify(SECOND).text, "every file as in the manifest")

    def test_a_file_that_was_added_is_nothing_for_verify_as_in_a_whole_tree(self) -> None:
        self.open()
        ((self.root / self.file).parent / "stray.py").touch()
        self.assertEqual(self.verify().status, OK)

    def test_prune_keeps_what_releases_have(self) -> None:
        self.share([self.vendor, self.app("2.0")], SECOND)
        (self.root / "vendors" / "0123456789abcdef").mkdir()
        both = set(self.trees())
        prune.run(self.context((), SECOND), {"keep": 5})
        self.assertEqual(set(self.trees()), both - {"0123456789abcdef"})
        places_of = {name: places.tree_of(self.root, name) for name in (FIRST, SECOND)}
        release.point_current(self.root, SECOND)
        outcome = prune.run(self.context((), SECOND), {"keep": 0})
        self.assertIn("vendors' trees removed: %s" % places_of[FIRST], outcome.text)
        self.assertEqual(self.trees(), [places_of[SECOND]])
        self.assertEqual(self.verify(SECOND).status, OK)
