from __future__ import annotations

import errno
import fcntl
import gc
import os
import signal
import threading
import unittest
from typing import Callable, List
from unittest import mock

from conc_agent import copies, halves, procs
from conc_agent.channel import CallError


def nothing() -> None:
    pass


class HalvesTest(unittest.TestCase):
    def setUp(self) -> None:
        # Those of other tests: a sweeper, which nobody waits for.
        self.before = set(procs.descendants(os.getpid()))

    def test_each_in_a_process_of_its_own_and_both_answers_come(self) -> None:
        ours, theirs = halves.both(os.getpid, lambda _look: [os.getpid(), os.getppid(), "\udc80" * 100_000], nothing)
        self.assertEqual(ours, os.getpid())
        self.assertNotEqual(theirs[0], os.getpid())
        self.assertEqual(theirs[1:], [os.getpid(), "\udc80" * 100_000])
        self.assert_no_child()

    def test_an_error_of_the_system_comes_as_it_was(self) -> None:
        with self.assertRaises(FileNotFoundError) as raised:
            halves.both(nothing, lambda _look: os.link("/not there", "/nor there"), nothing)
        error = raised.exception
        self.assertEqual((error.errno, error.filename, error.filename2), (errno.ENOENT, "/not there", "/nor there"))
        self.assert_no_child()

    def test_another_error_is_told(self) -> None:
        with self.assertRaisesRegex(RuntimeError, "ZeroDivisionError: .*by zero"):
            halves.both(nothing, lambda _look: 1 // 0, nothing)
        self.assert_no_child()

    def test_one_that_is_killed_is_told(self) -> None:
        with self.assertRaises(CallError) as raised:
            halves.both(nothing, lambda _look: os.kill(os.getpid(), signal.SIGKILL), nothing)
        self.assertEqual(raised.exception.code, "process.ended")
        self.assertIn("signal 9", raised.exception.message)
        self.assert_no_child()

    def test_where_ours_fails_theirs_is_ended(self) -> None:
        with self.assertRaises(ZeroDivisionError):
            halves.both(lambda: 1 // 0, _forever, nothing)
        self.assert_no_child()

    def test_who_waits_may_give_up(self) -> None:
        looks = []

        def give_up() -> None:
            looks.append(1)
            if len(looks) == 2:
                raise TimeoutError

        with self.assertRaises(TimeoutError):
            halves.both(nothing, _forever, give_up)
        self.assert_no_child()

    def test_it_ends_with_the_process_that_it_works_for(self) -> None:
        """The agent, killed. What holds the pipe open is the copy alone: its end is the copy's."""
        reading, writing = os.pipe()
        agent = os.fork()
        if agent == 0:

            def theirs(look: Callable[[], None]) -> None:
                os.dup2(kept, 1)
                os.write(1, b".")
                _forever(look)

            kept = writing
            with mock.patch.object(copies, "close_all_but", nothing_of):
                halves.both(signal.pause, theirs, nothing)
            os._exit(0)
        os.close(writing)
        self.addCleanup(os.close, reading)
        self.assertEqual(os.read(reading, 1), b".")
        os.kill(agent, signal.SIGKILL)
        os.waitpid(agent, 0)
        self.assertEqual(os.read(reading, 1), b"")

    def test_no_lock_and_no_connection_is_held_by_it(self) -> None:
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        self.addCleanup(os.close, writing)
        fcntl.flock(reading, fcntl.LOCK_EX)
        held = os.readlink("/proc/self/fd/%d" % reading)
        self.assertIn(held, _open_files())
        _, theirs = halves.both(nothing, lambda _look: _open_files(), nothing)
        self.assertNotIn(held, theirs)

    def test_beside_threads(self) -> None:
        over = threading.Event()
        thread = threading.Thread(target=over.wait)
        thread.start()
        try:
            self.assertEqual(halves.both(lambda: 1, lambda _look: 2, nothing), (1, 2))
        finally:
            over.set()
            thread.join()
        self.assertTrue(gc.isenabled())

    def test_without_a_second_process_it_is_done_one_after_the_other(self) -> None:
        with mock.patch("os.fork", side_effect=BlockingIOError(errno.EAGAIN, "no more")):
            self.assertEqual(halves.both(os.getpid, lambda _look: os.getpid(), nothing), (os.getpid(), os.getpid()))

    def test_when_it_pays(self) -> None:
        for running, usable, pays in (
            ("1/80", {0, 1}, True),
            ("2/80", {0, 1}, True),
            ("3/80", {0, 1}, False),
            ("1/80", {0}, False),
        ):
            told = mock.mock_open(read_data="0.20 0.18 0.12 %s 11206\n" % running)
            with mock.patch("builtins.open", told), mock.patch("os.sched_getaffinity", return_value=usable):
                self.assertEqual(halves.pay(10, 10), pays)
                self.assertFalse(halves.pay(9, 10))

    def test_where_the_kernel_does_not_say_two_processors_do(self) -> None:
        for usable, pays in (({0, 1}, True), ({0}, False)):
            with mock.patch("builtins.open", side_effect=PermissionError), mock.patch(
                "os.sched_getaffinity", return_value=usable
            ):
                self.assertEqual(halves.pay(10, 10), pays)

    def test_halves_weigh_the_same(self) -> None:
        self.assertEqual(halves.split([1, 9, 4, 4, 2], int), ([9, 1], [4, 4, 2]))
        self.assertEqual(halves.split([], int), ([], []))

    def assert_no_child(self) -> None:
        self.assertLessEqual(set(procs.descendants(os.getpid())), self.before)


def _open_files() -> List[str]:
    return [os.readlink("/proc/self/fd/" + name) for name in os.listdir("/proc/self/fd") if _is_open(int(name))]


def _is_open(descriptor: int) -> bool:
    """That of the listing is closed by then."""
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def _forever(look: Callable[[], None]) -> None:
    while True:
        look()


def nothing_of(*_kept: int) -> None:
    """Every descriptor stays."""
