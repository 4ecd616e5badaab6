"""unittest's results, told one by one."""

from __future__ import annotations

import time
import unittest
from typing import Any, Callable, Dict, List, Sequence, Tuple

from . import outcome

Tell = Callable[[str, Dict[str, Any]], None]
_WORST = (outcome.ERROR, outcome.FAILED, outcome.SKIPPED, outcome.OK)


class Collector(unittest.TestResult):
    """``take_output()`` returns what was printed since it was last called. Tells ``start`` and ``result`` of each of
    ``tests``."""

    def __init__(self, tests: List[Dict[str, str]], tell: Tell, take_output: Callable[[], List[str]]) -> None:
        super().__init__()
        self.told: Dict[str, str] = {}
        self._tests = tests
        self._tell = tell
        self._take_output = take_output
        self._running = False
        self._began = time.monotonic()
        self._found: List[Tuple[str, str, List[str]]] = []

    def startTest(self, test: Any) -> None:
        super().startTest(test)
        self._running = True
        self._found = []
        self._take_output()
        self._tell("start", name_of(test))
        self._began = time.monotonic()

    def stopTest(self, test: Any) -> None:
        super().stopTest(test)
        seconds = time.monotonic() - self._began
        self._running = False
        status = next((one for one in _WORST if any(one == found for found, _, _ in self._found)), outcome.OK)
        told = [(text, lines) for found, text, lines in self._found if found == status]
        text = told[0][0] if told else ""
        lines = [line for found, _, lines in self._found if found in (outcome.FAILED, outcome.ERROR) for line in lines]
        self._result(name_of(test), status, seconds, text, lines)

    def addSuccess(self, test: Any) -> None:
        self._add(test, outcome.OK)

    def addFailure(self, test: Any, err: Any) -> None:
        self._add(test, outcome.FAILED, outcome.why(err[1]), outcome.traceback_lines(err[1]))

    def addError(self, test: Any, err: Any) -> None:
        self._add(test, outcome.ERROR, outcome.why(err[1]), outcome.traceback_lines(err[1]))

    def addSkip(self, test: Any, reason: str) -> None:
        if not self._running and isinstance(test, unittest.TestCase):
            # Python 3.12.1 tells of the end of a test that it skips, and not of its start.
            self.startTest(test)
        self._add(test, outcome.SKIPPED, reason)

    def addExpectedFailure(self, test: Any, err: Any) -> None:
        self._add(test, outcome.OK, "failed, as expected")

    def addUnexpectedSuccess(self, test: Any) -> None:
        self._add(test, outcome.FAILED, "passed, and is marked as an expected failure")

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:
        if err is None:
            return
        failed = issubclass(err[0], test.failureException)
        which = str(subtest)[len(str(test)) :].strip() or str(subtest)
        lines = ["subTest %s" % which, *outcome.traceback_lines(err[1])]
        text = "%s: %s" % (which, outcome.why(err[1]))
        self._add(test, outcome.FAILED if failed else outcome.ERROR, text, lines)

    def _add(self, test: Any, status: str, text: str = "", lines: Sequence[str] = ()) -> None:
        if self._running:
            self._found.append((status, text, list(lines)))
            return
        # setUpClass, setUpModule and their opposites: what unittest calls _ErrorHolder, with no start and no stop.
        fixture = fixture_name(test.id())
        if status != outcome.SKIPPED:
            self._result(fixture, status, 0.0, text, list(lines))
        if fixture["name"].startswith("setUp"):
            self._leave_out(fixture, text)

    def _leave_out(self, fixture: Dict[str, str], text: str) -> None:
        """unittest runs no test of a class or module whose set-up did not go well, and says nothing of them."""
        whole = fixture["name"] == "setUpModule"
        for test in self._tests:
            if test["id"] not in self.told and (whole or test["class"] == fixture["class"]):
                self._result(test, outcome.SKIPPED, 0.0, "%s: %s" % (fixture["name"], text), [])

    def _result(self, test: Dict[str, str], status: str, seconds: float, text: str, lines: List[str]) -> None:
        self.told[test["id"]] = status
        self._tell("result", outcome.result(test, status, seconds, text, lines, self._take_output()))


def name_of(test: Any) -> Dict[str, str]:
    """``{"id": "shop.checks.Firewall.test_x", "class": "shop.checks.Firewall", "name": "test_x"}``"""
    found = test.id()
    kind = "%s.%s" % (type(test).__module__, type(test).__qualname__)
    if found.startswith(kind + "."):
        return {"id": found, "class": kind, "name": found[len(kind) + 1 :]}
    head, _, tail = found.rpartition(".")
    return {"id": found, "class": head or found, "name": tail}


def fixture_name(text: str) -> Dict[str, str]:
    """Of ``setUpClass (shop.checks.Firewall)``."""
    fixture, _, where = text.partition(" ")
    kind = where.strip("()") or text
    return {"id": "%s.%s" % (kind, fixture), "class": kind, "name": fixture}
