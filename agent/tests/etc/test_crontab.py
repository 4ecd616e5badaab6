from __future__ import annotations

import os
import stat
from typing import Any, Dict, List
from unittest import mock

from conc_agent.drift.etc import etc_drift
from conc_agent.etc import crontab, wrote
from conc_agent.etc.survey import survey
from conc_agent.servers import command

from ..making import FIRST, SECOND, THIRD, health
from .trees import EtcCase, file

FOREIGN = b"# mine \xff\nMAILTO=x\n5 5 * * * true\n"
SICK = "sh -c 'test $CONC_RELEASE = %s'" % FIRST
#: crontab(1) as far as it is used, with its table in a file: the real one is told of on booted machines (test/e2e).
PROGRAM = """#!/bin/sh
test -e {0}/forbidden && {{ echo 'You (x) are not allowed to use this program (crontab)' >&2; exit 1; }}
case $1 in
-l) test -e {0}/table || {{ echo 'no crontab for x' >&2; exit 1; }}; exec cat {0}/table ;;
-r) exec rm {0}/table ;;
-) exec cat > {0}/table ;;
esac
"""


class CrontabCase(EtcCase):
    def setUp(self) -> None:
        super().setUp()
        self.spool = self.work / "spool"
        self.spool.mkdir()
        program = self.spool / "crontab"
        program.write_text(PROGRAM.format(self.spool))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        path = mock.patch.object(command, "PATH", "%s:%s" % (self.spool, command.PATH))
        path.start()
        self.addCleanup(path.stop)
        self.table = self.spool / "table"

    def lines(self, when: str = "17 4 * * *") -> str:
        return "# conc %s: these lines\n%s %s/bin/cron-tidy\n# conc %s: end\n" % (self.root, when, self.root, self.root)

    def tree(self, when: str = "17 4 * * *") -> Dict[str, Any]:
        return file(crontab.PATH, self.lines(when), "0600")


class CrontabTest(CrontabCase):
    def test_comes_with_the_release_and_goes_with_it_and_nothing_else_is_touched(self) -> None:
        self.table.write_bytes(FOREIGN)
        self.assertEqual(self.deploy(FIRST, self.tree())["outcome"], "proven")
        self.assertEqual(self.table.read_bytes(), FOREIGN + self.lines().encode())
        self.table.write_bytes(self.lines().encode() + FOREIGN)
        self.assertEqual(self.deploy(SECOND, self.tree("@daily"))["outcome"], "proven")
        self.assertEqual(self.table.read_bytes(), self.lines("@daily").encode() + FOREIGN)
        self.assertFalse(self.etc.exists(), "no file is wanted: no etc root is made for it")
        self.assertEqual(self.deploy(THIRD)["outcome"], "proven")
        self.assertEqual(self.table.read_bytes(), FOREIGN)
        self.assertNotIn("crontab", wrote.read(self.root))
        self.assertEqual(self.run_change(SECOND, self.jobs(SECOND))["outcome"], "proven")
        self.assertEqual(self.table.read_bytes(), FOREIGN + self.lines("@daily").encode())

    def test_the_last_line_leaves_no_crontab(self) -> None:
        self.deploy(FIRST, self.tree())
        self.deploy(SECOND)
        self.assertFalse(self.table.exists())

    def test_is_put_back_where_the_release_is_not_healthy(self) -> None:
        self.deploy(FIRST, self.tree())
        before = self.table.read_bytes()
        self.make(SECOND, self.tree("@daily"), file("motd", "hello\n"))
        self.assertEqual(self.run_change(SECOND, self.jobs(SECOND, health(SICK)))["outcome"], "undone")
        self.assertEqual(self.table.read_bytes(), before)
        self.assertIn("the user's crontab as before", self.controller.undone()["text"])

    def test_lines_that_someone_changed_are_kept(self) -> None:
        self.deploy(FIRST, self.tree())
        theirs = self.table.read_bytes().replace(b"17 4", b"18 5")
        self.table.write_bytes(theirs)
        self.assertIn("has other lines than conc wrote", [each.text for each in etc_drift(self.root)])
        self.assertEqual(self.deploy(SECOND, self.tree("@daily"))["outcome"], "undone")
        self.assertEqual((self.table.read_bytes(), self.controller.done("etc")["status"]), (theirs, "BLOCKED"))
        self.assertEqual(self.deploy(THIRD, self.tree("@daily"), leave=[crontab.PATH])["outcome"], "proven")
        self.assertEqual(self.table.read_bytes(), theirs)
        seen = (crontab.state(theirs, "", "") or {})["what"]
        wishes = {"overwrite": {crontab.PATH: seen}}
        self.assertEqual(self.deploy("r4-%08x" % 4, self.tree("@daily"), **wishes)["outcome"], "proven")
        self.assertEqual(self.table.read_bytes(), self.lines("@daily").encode())

    def test_what_cron_would_not_understand_is_not_placed(self) -> None:
        self.assertEqual(self.deploy(FIRST, self.tree("17 25 * * *"), file("motd", "x"))["outcome"], "undone")
        self.assertIn("25 is no hour", self.controller.done("etc")["evidence"][0])
        self.assertFalse(self.table.exists() or self.etc.exists())

    def test_a_user_who_may_not_have_one_is_told_beforehand(self) -> None:
        (self.spool / "forbidden").touch()
        self.assertIn("not allowed to use this program", self.surveyed()[crontab.PATH]["unfit"])
        self.assertEqual(self.deploy(FIRST, self.tree(), file("motd", "x"))["outcome"], "undone")
        self.assertIn("not allowed", self.controller.done("etc")["text"])
        self.assertFalse(self.etc.exists())
        os.unlink(str(self.spool / "crontab"))
        with mock.patch.object(command, "PATH", str(self.spool)):
            self.assertIn("not installed here", self.surveyed()[crontab.PATH]["unfit"])

    def surveyed(self) -> Dict[str, Any]:
        asked = {"app": "shop", "etc": {"root": "etc", "files": [self.tree()]}, "release": None, "content": True}
        return (survey(self.root, asked) or {})["paths"]


class SplitTest(CrontabCase):
    def test_other_roots_are_others(self) -> None:
        other = b"# conc /srv/other: x\n1 1 * * * true\n# conc /srv/other: end\n"
        mine = b"# conc /srv/o: x\n# conc /srv/o: end\n"
        self.assertEqual(crontab.split(other + mine + FOREIGN, "/srv/o"), (other, mine, FOREIGN))
        self.assertEqual(crontab.split(other, "/srv/o"), (other, None, b""))

    def test_without_its_end_it_goes_to_the_end(self) -> None:
        cut: List[bytes] = [b"# conc /srv/o: x\n", b"1 1 * * * true\n"]
        self.assertEqual(crontab.split(b"".join(cut), "/srv/o"), (b"", b"".join(cut), b""))
