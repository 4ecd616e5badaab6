"""The job ``etc`` cut off at each point of it, by a kill or a power loss: all of the tree or none, whoever goes on."""

from __future__ import annotations

import hashlib
import random
import unittest
from typing import Any, Dict, List, Optional

from conc_agent import durable, release
from conc_agent.change import look
from conc_agent.etc import tree as trees
from conc_agent.etc import wrote

from ..etc.trees import content, file, link
from ..making import job
from ..short import load_tests as load_tests
from . import states
from .disk import Tree
from .test_every_point import LEFT
from .world import SECOND, World, records_of

SITE = file("nginx/sites-available/shop", "listen 80;\n")
ENABLED = link("nginx/sites-enabled/shop", "../sites-available/shop")
HOST = file("host.conf", "ours\n")
THEIRS = "theirs\n"
WANTED = {SITE["path"]: SITE["text"], ENABLED["path"]: "-> " + ENABLED["target"], HOST["path"]: HOST["text"]}


class EtcPower(World):
    def setUp(self) -> None:
        super().setUp()
        rendered = {"root": "etc", "files": [HOST, SITE, ENABLED]}
        folder = release.folder(self.root, SECOND)
        trees.write(folder, rendered)
        digest = hashlib.sha256(trees.canonical(rendered)).hexdigest()
        record: Dict[str, Any] = durable.read_json(folder / "release.json") or {}
        durable.write_json(folder / "release.json", dict(record, etc=digest))
        self.beginning = dict(self.beginning, etc={"host.conf": THEIRS.encode()})
        self.seed = random.randrange(1 << 32)
        self.chance = random.Random(self.seed)

    def jobs(self, fails: str = "", asked: Optional[str] = None) -> List[Dict[str, Any]]:
        listed = super().jobs(fails, asked)
        overwrite = {"host.conf": "sha256:" + file("x", THEIRS)["sha256"]}
        etc = {"app": "shop", "sudo": False, "sudoCommands": [], "leave": [], "overwrite": overwrite}
        after = next(at for at, each in enumerate(listed) if each["op"] == "switch") + 1
        return [*listed[:after], job("etc", etc), *listed[after:]]

    def test_whoever_goes_on_makes_it_whole(self) -> None:
        asked, cut, at, seen = self.request(self.jobs()), 0, 0, False
        while True:
            self.begin(self.beginning)
            ended = self.call(states.RUN, asked, at)
            at += 1
            if ended.point is None:
                break
            running = [each for each in records_of(ended.moment.killed()) if each["record"] == "intent"]
            inside = bool(running) and running[-1]["job"] == "etc"
            if not inside and seen:
                break
            if not inside:
                continue
            seen = True
            cut += 1
            marks = self.marks.read_text()
            for how in LEFT:
                left = ended.moment.left(how, self.chance)
                both = (states.RESUME, states.ABANDON)
                for command in both if how == "lost" else (self.chance.choice(both),):
                    with self.subTest("seed %d, point %d (%s), %s, %s" % (self.seed, at, ended.point, how, command)):
                        self.leave(left, marks, how, command)
        self.assertGreater(cut, 20)

    def leave(self, left: Tree, marks: str, how: str, command: str) -> None:
        if how != "killed":
            self.power_returns()
        self.begin(left, marks)
        ended = self.call(command, self.taking())
        self.assertIsNone(ended.code, ended)
        assert ended.reply is not None
        self.assertIsNone(look.change_record(self.root))
        there, known = content(self.root / "etc"), wrote.read(self.root)
        if ended.reply["outcome"] == "proven":
            self.assertEqual((there, set(known["files"])), (WANTED, set(WANTED)))
            self.assertEqual(known["files"]["host.conf"]["original"]["what"][7:], file("x", THEIRS)["sha256"])
        else:
            self.assertIn(ended.reply["outcome"], ("abandoned", "undone"))
            self.assertEqual((there, known["files"]), ({"host.conf": THEIRS}, {}))
        self.assertEqual(known["pending"], [])


if __name__ == "__main__":
    unittest.main()
