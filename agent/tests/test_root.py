"""What lies under a root, and what it lies on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

from conc_agent import facts, history, listen, mounts, release, serving, states
from conc_agent.calls import history as history_call
from conc_agent.calls.survey import survey
from conc_agent.ops import preflight

from .controller import Controller
from .making import FIRST, PYTHON, SECOND, RootCase, make_release


class HistoryTest(RootCase):
    def test_entries_are_json_lines_with_numbers(self) -> None:
        for outcome in ("proven", "failed"):
            history.append(self.root, {"outcome": outcome, "by": "Zoë"})
        lines = (self.root / "history.jsonl").read_text().splitlines()
        self.assertEqual([json.loads(line)["number"] for line in lines], [1, 2])
        self.assertEqual([entry["by"] for entry in history.read(self.root).entries], ["Zoë", "Zoë"])

    def test_a_torn_tail_is_cut_off_by_the_next(self) -> None:
        history.append(self.root, {"outcome": "proven"})
        path = self.root / "history.jsonl"
        whole = path.read_bytes()
        for cut in range(1, len(whole)):
            path.write_bytes(whole + whole[:cut])
            self.assertEqual(len(history.read(self.root).entries), 1)
        history.append(self.root, {"outcome": "failed"})
        self.assertEqual([entry["number"] for entry in history.read(self.root).entries], [1, 2])

    def test_a_damaged_line_is_left_out_and_counted(self) -> None:
        for _ in range(3):
            history.append(self.root, {"outcome": "proven"})
        path = self.root / "history.jsonl"
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(lines[0] + lines[1].replace(b"proven", b"broken") + lines[2])
        asked = {"root": str(self.root), "limit": None}
        reply = history_call.serve(Controller().channel, asked)
        self.assertEqual([entry["number"] for entry in reply["entries"]], [1, 3])
        self.assertEqual(reply["damaged"], 1)
        last = history_call.serve(Controller().channel, dict(asked, limit=1))
        self.assertEqual([entry["number"] for entry in last["entries"]], [3])

    def test_of_a_long_one_no_more_than_the_end_is_read(self) -> None:
        entry = {"change": "c0", "release": "r7-00000000", "note": "n" * 500}
        for number in range(400):
            history.append(self.root, dict(entry, change="c%d" % number) if number < 3 else {"note": "n" * 500})
        path = self.root / "history.jsonl"
        data = path.read_bytes()
        self.assertGreater(len(data), 2 * history.TAIL)
        path.write_bytes(b"x" * (len(data) - history.TAIL) + data[-history.TAIL :])
        newest = history.last(self.root)
        self.assertEqual(newest and newest["number"], 400)
        self.assertEqual(history.next_release(self.root), 8)
        self.assertEqual(history.append(self.root, {}), 401)
        asked = {"root": str(self.root), "limit": 5}
        reply = history_call.serve(Controller().channel, asked)
        self.assertEqual([entry["number"] for entry in reply["entries"]], [397, 398, 399, 400, 401])
        self.assertEqual(reply["damaged"], 0)

    def test_more_is_read_until_it_is_enough(self) -> None:
        for number in range(400):
            history.append(self.root, {"change": "c%d" % number, "note": "n" * 500})
        found = history.of_change(self.root, "c3")
        self.assertEqual(found and found["number"], 4)
        self.assertIsNone(history.of_change(self.root, "c400"))
        reply = history_call.serve(Controller().channel, {"root": str(self.root), "limit": 300})
        self.assertEqual([entry["number"] for entry in reply["entries"]], list(range(101, 401)))

    def test_an_entry_longer_than_what_is_read_at_first(self) -> None:
        for argv in (["a" * 3 * history.TAIL], []):
            history.append(self.root, {"argv": argv, "release": "r3-00000000"})
        with (self.root / "history.jsonl").open("ab") as file:
            file.write(b"t" * 2 * history.TAIL)
        self.assertEqual(history.next_release(self.root), 4)
        self.assertEqual(history.append(self.root, {}), 3)
        self.assertEqual([entry["number"] for entry in history.read(self.root).entries], [1, 2, 3])

    def test_writers_at_once_get_numbers_of_their_own(self) -> None:
        code = "import sys; from pathlib import Path; from conc_agent import history\n"
        code += "for _ in range(10): history.append(Path(sys.argv[1]), {})"
        folder = str(Path(__file__).resolve().parents[1])
        writers = [subprocess.Popen([sys.executable, "-c", code, str(self.root)], cwd=folder) for _ in range(3)]
        self.assertEqual([writer.wait() for writer in writers], [0, 0, 0])
        self.assertEqual([entry["number"] for entry in history.read(self.root).entries], list(range(1, 31)))


class ServingTest(RootCase):
    def test_the_boot_is_told_as_facts_tell_it(self) -> None:
        serving.write(self.root, serving.trial(None, FIRST))
        text = json.loads((self.root / "serving.json").read_text())
        self.assertEqual(text, {"from": None, "to": FIRST, "boot": facts.boot(), "confirmed": False})

    def test_there_is_none_before_the_first_switch(self) -> None:
        self.assertIsNone(serving.chosen(self.root))

    def test_current_is_switched_at_one_instant(self) -> None:
        release.point_current(self.root, FIRST)
        release.point_current(self.root, SECOND)
        self.assertEqual(release.current(self.root), SECOND)
        self.assertEqual(os.listdir(str(self.root)), ["current"])

    def test_ids_are_plain_names(self) -> None:
        for bad in ("../x", "r1", "r1-0000000g", "r0-00000000", "r1-00000001/..", "r1-00000001\n"):
            with self.assertRaises(ValueError):
                release.folder(self.root, bad)


class NumbersTest(RootCase):
    def test_whatever_is_left_of_a_number_uses_it(self) -> None:
        self.assertEqual(history.next_release(self.root), 1)
        make_release(self.root, "r2-00000000")
        self.assertEqual(history.next_release(self.root), 3)
        states.write(self.root, "r5-00000000", states.FAILED, "ann")
        self.assertEqual(history.next_release(self.root), 6)
        history.append(self.root, {"release": "r9-00000000"})
        self.assertEqual(history.next_release(self.root), 10)


class SurveyTest(RootCase):
    def test_a_root_that_is_not_there(self) -> None:
        absent = self.work / "a" / "b"
        seen = survey(absent, "none")
        self.assertEqual((seen["exists"], seen["current"], seen["serving"], seen["next"]), (False, None, None, 1))
        self.assertEqual((seen["releases"], seen["store"], seen["processes"], seen["change"]), ([], [], [], None))
        self.assertIsNone(seen["disk"]["owner"])
        self.assertFalse((self.work / "a").exists())

    def test_releases_and_store(self) -> None:
        make_release(self.root, FIRST)
        (self.root / "releases" / SECOND).mkdir()
        tag = sys.implementation.cache_tag
        for name in ("a" * 64 + "-" + tag, "b" * 64 + "-cpython-27", "." + "c" * 32):
            (self.root / "store" / name).mkdir(parents=True)
        serving.write(self.root, serving.trial(None, FIRST))
        seen = survey(self.root, "none")
        self.assertEqual(seen["store"], ["a" * 64])
        self.assertEqual(
            [(one["id"], one["complete"], one["state"]) for one in seen["releases"]],
            [(FIRST, True, "unproven"), (SECOND, False, "unproven")],
        )
        self.assertEqual((seen["releases"][0]["version"], seen["releases"][0]["by"]), ("1.1", "maker@here"))
        self.assertEqual(seen["serving"], {"from": None, "to": FIRST, "confirmed": False, "sameBoot": True})
        self.assertEqual(seen["disk"]["owner"], os.getuid())
        self.assertTrue(seen["disk"]["writable"])
        json.dumps(seen, allow_nan=False)


class ListenTest(unittest.TestCase):
    def test_addresses(self) -> None:
        root = Path("/srv/shop")
        for text, expected in (
            ("127.0.0.1:8000", listen.Address(None, "127.0.0.1", 8000)),
            ("[::1]:8000", listen.Address(None, "::1", 8000)),
            ("unix:/run/x.sock", listen.Address("/run/x.sock")),
            ("unix:shared/x.sock", listen.Address("/srv/shop/shared/x.sock")),
        ):
            self.assertEqual(listen.parse(text, root), expected)
        for text in ("8000", "::1:8000", "host:99999", "host:", "a b:1"):
            with self.subTest(text), self.assertRaises(ValueError):
                listen.parse(text, root)


class MountTest(unittest.TestCase):
    TEXT = (
        "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/a rw\n"
        "30 22 0:5 / /srv/with\\040space rw,noexec shared:2 master:1 - nfs4 host:/x rw,vers=4\n"
        "31 22 0:6 / /ro ro - ext4 /dev/b ro\n"
    )

    def test_lines_of_mountinfo(self) -> None:
        root, space, read_only = mounts.parse(self.TEXT)
        self.assertEqual((root.point, root.file_system, root.network, root.noexec), ("/", "ext4", False, False))
        self.assertEqual((space.point, space.network, space.noexec), ("/srv/with space", True, True))
        self.assertTrue(read_only.read_only)

    def test_the_deepest_mount_holds_a_path(self) -> None:
        self.assertEqual(mounts.mount_of(Path("/proc/self")).file_system, "proc")


class PreflightTest(RootCase):
    NEEDS = {"bytes": 1000, "inodes": 1, "service": "none", "wheels": 0}
    NEEDS["python"] = {"cacheTag": sys.implementation.cache_tag, "executable": PYTHON}

    def test_all_is_there(self) -> None:
        self.assertEqual(preflight.unmet(self.root, self.NEEDS), [])

    def test_every_need_is_told_at_once(self) -> None:
        python = {"cacheTag": "cpython-27", "executable": "/nonesuch"}
        unmet = preflight.unmet(self.root, dict(self.NEEDS, bytes=1 << 60, inodes=1 << 60, python=python))
        self.assertEqual(len(unmet), 4)
        self.assertRegex(unmet[0], r"^needs [\d.e+]+ TB of disk \(margin included\), has")
        self.assertEqual(unmet[3], "the interpreter /nonesuch is not there any more")

    def test_a_root_of_someone_else(self) -> None:
        if os.getuid() != 0:
            self.skipTest("needs root, to give a folder away")
        os.chown(str(self.root), 12345, -1)
        self.assertEqual(
            preflight.unmet(self.root, self.NEEDS), ["%s belongs to user id 12345, and this is user id 0" % self.root]
        )

    def test_what_a_mount_forbids(self) -> None:
        """In a mount namespace of its own, which goes with its process."""
        if os.getuid() != 0:
            self.skipTest("needs root, to mount")
        code = "import json, sys; from pathlib import Path; from conc_agent.ops import preflight\n"
        code += "print(json.dumps(preflight.unmet(Path(sys.argv[1]), json.loads(sys.argv[2]))))"
        mount = 'mount -t tmpfs -o noexec,size=1m,nr_inodes=50 none "$1" && mkdir "$1/store" && '
        mount += 'mount -t tmpfs none "$1/store" && '
        mount += 'mount -o remount,ro "$1" && exec "$2" -c "$3" "$1" "$4"'
        argv = ["unshare", "-m", "sh", "-c", mount, "sh", str(self.root), sys.executable, code, json.dumps(self.NEEDS)]
        folder = str(Path(__file__).resolve().parents[1])
        unmet = json.loads(subprocess.run(argv, stdout=subprocess.PIPE, check=True, cwd=folder).stdout.decode())
        self.assertRegex(unmet[0], "is mounted noexec: nothing in a venv could be executed")
        self.assertRegex(unmet[1], "is mounted read-only")
        self.assertIn("can't be written to by user id 0", unmet[2])
        self.assertRegex(unmet[3], r"^needs 16.8 MB of disk \(margin included\), has 1.05 MB$")
        self.assertRegex(unmet[4], r"^needs 501 inodes \(margin included\), has \d+$")
        self.assertEqual(unmet[5], "%s/store lies on another file system than %s" % (self.root, self.root))

    def test_figures(self) -> None:
        self.assertEqual([preflight.bytes_text(count) for count in (7, 41_234_567, 12e9)], ["7 B", "41.2 MB", "12 GB"])
        self.assertEqual([preflight.count_text(count) for count in (380, 3_100_000, 45_000)], ["380", "3.1 M", "45 k"])
