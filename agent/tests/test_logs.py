"""``logs`` on real files that grow, rotate and are cut short."""

from __future__ import annotations

import os
import tempfile
import unittest
from pathlib import Path
from typing import Any, List, Tuple

from conc_agent.calls import logs
from conc_agent.channel import CallError

from .controller import Background, Controller, wait_until


class LogsTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="conc-logs-")
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.folder = self.root / "shared" / "log"
        self.folder.mkdir(parents=True)
        self.controller = Controller()

    def ask(self, **more: Any) -> Any:
        request = {"root": str(self.root), "lines": 3, "follow": False}
        return logs.serve(self.controller.channel, dict(request, **more))

    def told(self) -> List[Tuple[str, str]]:
        return [(message["log"], message["line"]) for message in self.controller.messages]

    def test_the_last_lines_of_each(self) -> None:
        (self.folder / "web_1.log").write_text("".join("%d\n" % number for number in range(100_000)))
        (self.folder / "web_2.log").write_text("a\nb")
        (self.folder / "worker.log").write_bytes(b"\xff\n")
        self.assertEqual(self.ask(), {"logs": ["web_1.log", "web_2.log", "worker.log"]})
        last = [("web_1", "99997"), ("web_1", "99998"), ("web_1", "99999")]
        self.assertEqual(self.told(), [*last, ("web_2", "a"), ("web_2", "b"), ("worker", "\\xff")])

    def test_of_one_process(self) -> None:
        (self.folder / "web_1.log").write_text("1\n")
        (self.folder / "worker.log").write_text("2\n")
        self.ask(process="web")
        self.assertEqual(self.told(), [("web_1", "1")])
        with self.assertRaisesRegex(CallError, "no log is of a process named wep: there are web_1.log, worker.log"):
            self.ask(process="wep")

    def test_nothing_was_written_yet(self) -> None:
        self.assertEqual((self.ask(), self.told()), ({"logs": []}, []))

    def test_as_they_come(self) -> None:
        log = self.folder / "web.log"
        log.write_text("old\n")
        asked = Background(lambda: self.ask(follow=True))
        try:
            self.comes("old")
            with log.open("a") as file:
                file.write("half")
                file.flush()
                file.write(" and half\n")
            self.comes("half and half")
            os.rename(str(log), str(self.folder / "web.log.1"))
            log.write_text("after the rotation\n")
            self.comes("after the rotation")
            with log.open("r+") as file:
                file.truncate(0)
                file.write("cut\n")
            self.comes("cut")
            (self.folder / "worker.log").write_text("another\n")
            self.comes("another")
        finally:
            self.controller.leave()
            asked.join()

    def comes(self, line: str) -> None:
        wait_until(lambda: line in [told for _, told in self.told()], line)
