from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import AbstractSet, Any, List, Sequence
from unittest import mock

from conc_agent import release
from conc_agent.calls import resume, run
from conc_agent.change.abandon import give_up
from conc_agent.change.blocked import blocked
from conc_agent.change.lock import Change
from conc_agent.change.session import taken
from conc_agent.drift.etc import etc_drift
from conc_agent.etc import take_up, wrote
from conc_agent.servers import every
from conc_agent.servers.server import Found, Server
from conc_agent.servers.staged import Staged

from ..controller import Controller, wait_until
from ..making import FIRST, SECOND, THIRD, health
from .trees import EtcCase, content, file, link

SITE = file("nginx/sites-available/shop", "listen 80;\n")
NEW_SITE = file("nginx/sites-available/shop", "listen 8080;\n")
ENABLED = link("nginx/sites-enabled/shop", "../sites-available/shop")
#: Only the second release, or a later one, is not well.
SICK = "sh -c 'test $CONC_RELEASE = %s'" % FIRST
CRON = file("cron.d/shop", "* * * * * shop tick\n", "0600")


class PlacingTest(EtcCase):
    def test_files_links_and_modes_come_with_the_release(self) -> None:
        reply = self.deploy(FIRST, SITE, ENABLED, CRON)
        self.assertEqual(reply["outcome"], "proven", reply)
        self.assertEqual(
            content(self.etc),
            {
                "nginx/sites-available/shop": "listen 80;\n",
                "nginx/sites-enabled/shop": "-> ../sites-available/shop",
                "cron.d/shop": "* * * * * shop tick\n",
            },
        )
        self.assertEqual(stat.S_IMODE(os.stat(str(self.etc / "cron.d/shop")).st_mode), 0o600)
        self.assertEqual(self.controller.done("etc")["text"], "%s: 3 placed" % self.etc)

    def test_what_is_there_as_it_is_to_be_is_left_and_what_left_the_tree_goes(self) -> None:
        self.deploy(FIRST, SITE, CRON)
        inode = (self.etc / "cron.d/shop").stat().st_ino
        self.assertEqual(self.deploy(SECOND, CRON)["outcome"], "proven")
        self.assertEqual(content(self.etc), {"cron.d/shop": "* * * * * shop tick\n"})
        self.assertEqual((self.etc / "cron.d/shop").stat().st_ino, inode)
        self.assertFalse((self.etc / "nginx").exists(), "a folder that conc made goes with what was in it")

    def test_a_release_without_a_tree_takes_everything_away_and_a_rollback_brings_it_back(self) -> None:
        self.deploy(FIRST, SITE, ENABLED)
        before = content(self.etc)
        self.assertEqual(self.deploy(SECOND)["outcome"], "proven")
        self.assertEqual(content(self.etc), {})
        self.assertEqual(self.run_change(FIRST, self.jobs(FIRST))["outcome"], "proven")
        self.assertEqual(content(self.etc), before)

    def test_folders_that_were_there_stay(self) -> None:
        (self.etc / "cron.d").mkdir(parents=True)
        self.deploy(FIRST, CRON)
        self.deploy(SECOND)
        self.assertEqual(os.listdir(str(self.etc / "cron.d")), [])


class ForeignTest(EtcCase):
    def setUp(self) -> None:
        super().setUp()
        self.deploy(FIRST, SITE, CRON)
        self.site = self.etc / SITE["path"]

    def refused(self, to: str = SECOND, tree: Any = NEW_SITE) -> List[str]:
        before = content(self.etc)
        reply = self.deploy(to, *([tree] if tree else []))
        self.assertEqual((reply["outcome"], self.controller.done("etc")["status"]), ("undone", "BLOCKED"))
        self.assertEqual(content(self.etc), before)
        self.assert_serves(FIRST)
        return self.controller.done("etc")["evidence"]

    def test_a_changed_file_is_not_overwritten(self) -> None:
        self.site.write_text("by hand\n")
        self.assertEqual(self.refused(), ["nginx/sites-available/shop: its content was changed by hand"])

    def test_nor_is_one_that_conc_did_not_write(self) -> None:
        self.site.with_name("other").write_text("theirs\n")
        tree = file("nginx/sites-available/other", "ours\n")
        self.assertEqual(self.refused(tree=tree)[0], "nginx/sites-available/other is there, and conc did not write it")

    def test_a_changed_mode_a_removed_file_and_a_folder_count_too(self) -> None:
        self.site.chmod(0o600)
        self.assertEqual(self.refused(), ["nginx/sites-available/shop: its mode or owner was changed by hand"])
        self.site.unlink()
        self.assertEqual(self.refused(THIRD), ["nginx/sites-available/shop was removed by hand"])

    def test_nor_is_one_removed_that_someone_edited(self) -> None:
        self.site.write_text("by hand\n")
        self.assertIn("changed by hand", self.refused(tree=CRON)[0])

    def test_unless_a_person_says_so_of_what_was_seen(self) -> None:
        self.site.write_text("by hand\n")
        seen = file("x", "by hand\n")["sha256"]
        wishes = {"overwrite": {SITE["path"]: "sha256:" + seen}}
        self.assertEqual(self.deploy(SECOND, NEW_SITE, **wishes)["outcome"], "proven")
        self.assertEqual(self.site.read_text(), "listen 8080;\n")
        self.site.write_text("by hand, again\n")
        self.assertEqual(self.deploy(THIRD, SITE, **wishes)["outcome"], "undone")

    def test_what_was_there_before_conc_comes_back_when_the_file_leaves_the_tree(self) -> None:
        theirs = self.etc / "nginx/nginx.conf"
        theirs.write_text("from the package\n")
        theirs.chmod(0o640)
        ours = file("nginx/nginx.conf", "ours\n")
        wishes = {"overwrite": {ours["path"]: "sha256:" + file("x", "from the package\n")["sha256"]}}
        self.assertEqual(self.deploy(SECOND, SITE, ours, **wishes)["outcome"], "proven")
        # Another version of it, and a change that fails, forget nothing.
        self.make(THIRD, SITE, file("nginx/nginx.conf", "ours, again\n"))
        self.assertEqual(
            self.run_change(THIRD, self.jobs(THIRD, health("sh -c 'test $CONC_RELEASE = %s'" % SECOND)))["outcome"],
            "undone",
        )
        self.assertEqual(self.run_change(THIRD, self.jobs(THIRD))["outcome"], "proven")
        self.assertEqual(theirs.read_text(), "ours, again\n")
        self.assertEqual(self.run_change(FIRST, self.jobs(FIRST))["outcome"], "proven")
        self.assertEqual((theirs.read_text(), stat.S_IMODE(theirs.stat().st_mode)), ("from the package\n", 0o640))
        self.assertNotIn(ours["path"], wrote.read(self.root)["files"])

    def test_what_was_there_as_it_is_to_be_stays_when_it_leaves_the_tree(self) -> None:
        theirs, module = self.etc / "motd", self.etc / "apache2/mods-enabled/proxy.load"
        module.parent.mkdir(parents=True)
        module.symlink_to("../mods-available/proxy.load")
        theirs.write_text("from the package\n")
        link_to = link("apache2/mods-enabled/proxy.load", "../mods-available/proxy.load")
        self.assertEqual(self.deploy(SECOND, file("motd", "from the package\n"), link_to)["outcome"], "proven")
        self.assertEqual(self.deploy(THIRD, file("motd", "ours\n"))["outcome"], "proven")
        self.assertEqual((theirs.read_text(), os.path.islink(str(module))), ("ours\n", True))
        self.assertEqual(self.run_change(FIRST, self.jobs(FIRST))["outcome"], "proven")
        self.assertEqual((theirs.read_text(), os.path.islink(str(module))), ("from the package\n", True))

    def test_one_that_is_left_stays_someone_elses(self) -> None:
        self.site.write_text("by hand\n")
        self.assertEqual(self.deploy(SECOND, NEW_SITE, CRON, leave=[SITE["path"]])["outcome"], "proven")
        self.assertEqual(self.site.read_text(), "by hand\n")
        self.assertEqual(self.deploy(THIRD, SITE, CRON)["outcome"], "undone")

    def test_a_link_on_the_way_is_not_followed(self) -> None:
        elsewhere = self.work / "elsewhere"
        elsewhere.mkdir()
        (self.etc / "web").symlink_to(elsewhere)
        self.assertIn("which is no folder of its own", self.refused(tree=file("web/shop", "x"))[0])
        self.assertEqual(os.listdir(str(elsewhere)), [])


class UndoTest(EtcCase):
    def test_a_release_that_is_not_healthy_takes_its_files_back(self) -> None:
        self.deploy(FIRST, SITE, CRON)
        before, known = content(self.etc), wrote.read(self.root)
        added = file("systemd/system/shop.service", "[Unit]\n")
        self.make(SECOND, NEW_SITE, ENABLED, added)
        reply = self.run_change(SECOND, self.jobs(SECOND, health(SICK)))
        self.assertEqual(reply["outcome"], "undone", reply)
        self.assertEqual(content(self.etc), before)
        self.assertEqual(wrote.read(self.root), known)
        self.assertFalse((self.etc / "systemd").exists())
        self.assertIn("files in %s as before" % self.etc, self.controller.undone()["text"])

    def test_what_someone_else_changed_meanwhile_is_left_and_told(self) -> None:
        self.deploy(FIRST, SITE)
        self.make(SECOND, NEW_SITE)
        site = str(self.etc / SITE["path"])
        sick = health("sh -c 'test $CONC_RELEASE = %s || { echo theirs > %s; exit 1; }'" % (FIRST, site))
        reply = self.run_change(SECOND, self.jobs(SECOND, sick))
        self.assertEqual(reply["outcome"], "undone")
        self.assertEqual(Path(site).read_text(), "theirs\n")
        self.assertEqual(
            self.controller.undone()["evidence"], [SITE["path"] + " was changed by someone else meanwhile"]
        )
        self.assert_serves(FIRST)


class CutOffTest(EtcCase):
    """The agent ends in the middle of the job, before each of its renames, removals and the like in turn."""

    FIRST = [SITE, CRON, ENABLED]
    SECOND = [NEW_SITE, ENABLED, file("motd", "hello\n"), file("host.conf", "ours\n")]
    WISHES = {"overwrite": {"host.conf": "sha256:" + file("x", "theirs\n")["sha256"]}}

    def test_going_on_and_giving_up_both_lead_to_a_whole_tree(self) -> None:
        # What a killed process wrote is there, whether it was synced or not. Nobody else is to be quicker.
        alone = mock.patch.object(Change, "start_guard", lambda _change, _deadline: None)
        unpacked = mock.patch.object(run, "program", lambda *_parts: b"")
        with alone, unpacked, mock.patch.object(os, "fsync", lambda _descriptor: None):
            for step in range(1, 60):
                if not (self.cut(step, "resume") and self.cut(step, "abandon")):
                    self.assertGreater(step, 12)
                    return
        self.fail("it never ran to its end")

    def cut(self, step: int, then: str) -> bool:
        """False: the job has no such step."""
        case = EtcCase("run")
        case.setUp()
        try:
            case.deploy(FIRST, *self.FIRST)
            (case.etc / "host.conf").write_text("theirs\n")
            before, known = content(case.etc), wrote.read(case.root)
            case.make(SECOND, *self.SECOND)
            if not _cut_at(step, case, self.WISHES):
                return False
            reply = _resumed(case.root) if then == "resume" else _given_up(case.root)
            told = "step %d, %s: %s" % (step, then, reply)
            found, now = content(case.etc), wrote.read(case.root)
            if then == "abandon":
                self.assertEqual((reply["outcome"], release.current(case.root)), ("abandoned", FIRST), told)
                self.assertEqual((found, now), (before, known), told)
            else:
                self.assertEqual((reply["outcome"], release.current(case.root)), ("proven", SECOND), told)
                links = {ENABLED["path"]: "-> " + ENABLED["target"]}
                texts = {each["path"]: each["text"] for each in self.SECOND if each["kind"] == "file"}
                self.assertEqual(found, {**texts, **links}, told)
                self.assertEqual(now["files"]["host.conf"]["original"]["what"], "sha256:" + _digest("theirs\n"), told)
                self.assertEqual(case.run_change(FIRST, case.jobs(FIRST))["outcome"], "proven")
                self.assertEqual(content(case.etc), before, told)
        finally:
            case.doCleanups()
        return True

    def test_the_guard_puts_the_files_back_with_the_code(self) -> None:
        self.deploy(FIRST, *self.FIRST)
        before = content(self.etc)
        self.make(SECOND, NEW_SITE)
        placed: List[Any] = []

        def killed(_root: Path, _wrote: Any) -> None:
            placed.append(content(self.etc))
            raise Killed()

        with mock.patch.object(wrote, "write", killed), self.assertRaises(Killed):
            self.run_change(SECOND, self.jobs(SECOND))
        self.assertEqual(placed[0][SITE["path"]], NEW_SITE["text"])
        wait_until(lambda: not (self.root / "change").exists(), "the guard has undone it")
        self.assertEqual((content(self.etc), release.current(self.root)), (before, FIRST))


def _resumed(root: Path) -> Any:
    return resume.serve(Controller().channel, {"root": str(root), "by": "bob@desk", "until": None})


def _given_up(root: Path) -> Any:
    """By this agent: its own, which calls.abandon starts, takes its time, and does the same (``test_the_guard…``)."""
    channel, request = Controller().channel, {"root": str(root), "by": "bob@desk"}
    return taken(root, channel, lambda change: give_up(change, channel, request), blocked)


def _digest(text: str) -> str:
    return file("x", text)["sha256"]


class Killed(BaseException):
    pass


def _cut_at(step: int, case: EtcCase, wishes: Any) -> bool:
    """Did the job get so far? What a killed process can't do, its ``finally`` clauses, is not done."""
    left = [step]

    def counted(real):
        def call(*arguments, **named):
            if case.controller.messages and case.controller.messages[-1].get("job") == "etc":
                left[0] -= 1
                if left[0] == 0:
                    raise Killed()
            return real(*arguments, **named)

        return call

    with mock.patch.object(os, "replace", counted(os.replace)), mock.patch.object(
        os, "unlink", counted(os.unlink)
    ), mock.patch.object(os, "mkdir", counted(os.mkdir)), mock.patch.object(os, "symlink", counted(os.symlink)):
        try:
            case.run_change(SECOND, case.jobs(SECOND, **wishes))
        except Killed:
            return True
    return False


class ClaimTest(EtcCase):
    def test_a_second_application_is_refused(self) -> None:
        shared = self.work / "etc"
        other = EtcCase("run")
        other.setUp()
        self.addCleanup(other.doCleanups)
        for case in (self, other):
            case.etc = shared
            (case.root / "etc").symlink_to(shared)
        shared.mkdir()
        self.assertEqual(self.deploy(FIRST, SITE, CRON)["outcome"], "proven")
        self.assertEqual(other.deploy(FIRST, SITE)["outcome"], "undone")
        self.assertEqual(
            other.controller.done("etc")["evidence"][-1],
            "nginx/sites-available/shop belongs to shop in %s" % self.root,
        )
        self.assertEqual(self.deploy(SECOND, CRON)["outcome"], "proven")
        self.assertEqual(other.deploy(SECOND, SITE)["outcome"], "proven")


class ServerTest(EtcCase):
    """Of a program that reads the tree, in the order in which it is asked and told."""

    def with_server(self, *faults: str) -> List[str]:
        done: List[str] = []
        self.unwell: List[str] = []

        def test(staged: Staged) -> Found:
            for path in staged.paths:
                change = staged.changes[path]
                done.append("test %s: %s" % (path, change["data"].decode().strip() if change else "gone"))
            return Found(faults, ["a warning"])

        def take_up(subjects: Sequence[str], ours: AbstractSet[str]) -> Found:
            there = self.etc / SITE["path"]
            done.append("reload %s: %s" % (list(subjects), there.read_text().strip() if there.exists() else "gone"))
            return Found([self.unwell.pop() for _ in self.unwell[:1]])

        one = Server("nginx", re.compile("nginx/"), test, take_up)
        for name, value in (("servers", (one,)), ("is_real", lambda _root: True)):
            patched = mock.patch.object(every, name, value)
            patched.start()
            self.addCleanup(patched.stop)
        return done

    def test_is_asked_before_and_told_after_and_only_of_what_changed(self) -> None:
        done = self.with_server()
        self.deploy(FIRST, SITE, CRON)
        self.assertEqual(done, ["test nginx/sites-available/shop: listen 80;", "reload []: listen 80;"])
        self.assertEqual(self.controller.done("etc")["evidence"], ["a warning"])
        self.deploy(SECOND, SITE)
        self.assertEqual(done[2:], [])
        self.make(THIRD, NEW_SITE)
        self.run_change(THIRD, self.jobs(THIRD, health(SICK)))
        self.assertEqual(done[-2:], ["reload []: listen 8080;", "reload []: listen 80;"], "the undo tells it too")

    def test_is_asked_and_told_of_what_goes(self) -> None:
        done = self.with_server()
        self.deploy(FIRST, SITE)
        self.assertEqual(self.deploy(SECOND)["outcome"], "proven")
        self.assertEqual(done[-2:], ["test nginx/sites-available/shop: gone", "reload []: gone"])

    def test_a_fault_places_nothing(self) -> None:
        done = self.with_server("unexpected end of file")
        reply = self.deploy(FIRST, SITE)
        self.assertEqual((reply["outcome"], content(self.etc)), ("undone", {}))
        self.assertEqual(self.controller.done("etc")["evidence"], ["unexpected end of file"])
        self.assertEqual((len(done), wrote.read(self.root)["pending"]), (1, []))

    def test_one_that_cannot_take_it_up_gets_back_what_it_had(self) -> None:
        done = self.with_server()
        self.deploy(FIRST, SITE)
        self.unwell = ["no such file"]
        self.assertEqual(self.deploy(SECOND, NEW_SITE)["outcome"], "undone")
        self.assertEqual(self.controller.done("etc")["evidence"], ["no such file"])
        self.assertEqual(done[-2:], ["reload []: listen 8080;", "reload []: listen 80;"])
        self.assertEqual(wrote.read(self.root)["pending"], [])

    def test_what_is_owed_is_remembered_and_done_by_the_next_change(self) -> None:
        done = self.with_server()
        self.deploy(FIRST, SITE)
        self.unwell = ["down", "still down"]
        self.assertEqual(self.deploy(SECOND, NEW_SITE)["outcome"], "broken")
        self.assertEqual(wrote.read(self.root)["pending"], ["nginx"])
        told = [each for each in etc_drift(self.root) if "nginx" in str(each)]
        self.assertEqual(len(told), 1, told)
        self.assertEqual(_given_up(self.root)["outcome"], "abandoned")
        self.assertEqual((done[-1], wrote.read(self.root)["pending"]), ("reload []: listen 80;", []))

    def test_a_kill_between_placing_and_telling_forgets_nothing(self) -> None:
        done = self.with_server()
        self.deploy(FIRST, SITE)
        self.make(SECOND, NEW_SITE)

        def killed(_order: Any) -> Any:
            raise Killed()

        alone = mock.patch.object(Change, "start_guard", lambda _change, _deadline: None)
        with alone, mock.patch.object(take_up, "take_up", killed), self.assertRaises(Killed):
            self.run_change(SECOND, self.jobs(SECOND))
        self.assertEqual(wrote.read(self.root)["pending"], ["nginx"])
        self.assertEqual(_resumed(self.root)["outcome"], "proven")
        self.assertEqual((done[-1], wrote.read(self.root)["pending"]), ("reload []: listen 8080;", []))
