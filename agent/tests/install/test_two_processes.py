"""What one process does alone, by two: tests of placing and of verifying once more, and what only two can come to."""

from __future__ import annotations

import errno
import os
import signal
from typing import Dict
from unittest import mock

from conc_agent import procs
from conc_agent.channel import CallError
from conc_agent.install.link import Linker
from conc_agent.ops import install
from conc_agent.outcome import OK

from . import test_install, test_verify
from .base import FIRST, SECOND, RootCase
from .local import install_request
from .making import Content, make_wheel


class TwoProcesses(RootCase):
    def setUp(self) -> None:
        pays = mock.patch("conc_agent.halves.pay", return_value=True)
        pays.start()
        self.addCleanup(pays.stop)
        super().setUp()


class InstallByTwo(TwoProcesses, test_install.Install):
    pass


class NoLinksByTwo(TwoProcesses, test_install.NoLinks):
    # To make so many links takes seconds; below, the kernel's answer alone.
    test_a_file_with_as_many_links_as_the_file_system_takes = None  # type: ignore[assignment]


class VerifyByTwo(TwoProcesses, test_verify.Verify):
    pass


class OneOfTwo(TwoProcesses):
    """The wheel with more files is placed by this process, the other one by its copy."""

    def setUp(self) -> None:
        super().setUp()
        more: Dict[str, Content] = {"more/%d.txt" % number: str(number) for number in range(9)}
        self.wheels = [make_wheel(self.work, "more", more), make_wheel(self.work, "less", {"less/file.txt": "x"})]
        self.installed(self.wheels)

    def test_what_is_missing_in_the_store_is_told_by_its_path(self) -> None:
        (lost,) = (self.root / "store").glob("*/purelib/less/file.txt")
        lost.unlink()
        with self.assertRaises(FileNotFoundError) as raised:
            self.install(self.wheels, SECOND)
        self.assertEqual(raised.exception.filename, str(lost))
        self.assertEqual(os.listdir(str(self.root / "releases")), [FIRST])

    def test_a_file_that_takes_no_more_links_is_copied_by_either(self) -> None:
        link = os.link

        def full(source: str, *more: object, **named: object) -> None:
            if source in ("more/3.txt", "less/file.txt"):
                raise OSError(errno.EMLINK, os.strerror(errno.EMLINK))
            link(source, *more, **named)  # type: ignore[arg-type]

        with mock.patch("os.link", full):
            outcome = self.install(self.wheels, SECOND)
        self.assertIn(", 2 copied,", outcome.text)
        self.assertEqual(self.verify(SECOND).status, OK)

    def test_a_copy_that_is_killed_fails_the_install_and_leaves_nothing(self) -> None:
        agent, place = os.getpid(), Linker.place

        def fall(linker: Linker, *share: object) -> None:
            if os.getpid() != agent:
                os.kill(os.getpid(), signal.SIGKILL)
            place(linker, *share)  # type: ignore[arg-type]

        entries = self.entries(self.wheels)
        before = set(procs.descendants(agent))
        with mock.patch.object(Linker, "place", fall), self.assertRaises(CallError) as raised:
            install.run(self.context(self.wheels, SECOND), install_request(SECOND, entries))
        self.assertEqual(raised.exception.code, "process.ended")
        self.assertEqual(os.listdir(str(self.root / "releases")), [FIRST])
        self.assertLessEqual(set(procs.descendants(agent)), before)

    def test_what_differs_is_found_in_both_halves(self) -> None:
        for path in ("more/3.txt", "less/file.txt"):
            (self.venv() / test_install.LIB / path).unlink()
        outcome = self.verify()
        self.assertRegex(outcome.text, "^2 of ")
        self.assertEqual(len(outcome.evidence), 2)
