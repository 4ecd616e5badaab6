"""A module of pytest's, run by the pytest of this interpreter; a plugin tells its results."""

from __future__ import annotations

import importlib
import importlib.util
import os
import time
import unittest
from typing import Any, Callable, Dict, List, Mapping, Optional, Set

from . import outcome
from .collector import Tell
from .suite import chosen


def run_module(asked: Mapping[str, Any], tell: Tell, take_output: Callable[[], List[str]]) -> None:
    """As ``suite.run_module``. Tests get ``ncd`` and ``sudoPass`` as fixtures; a ``TestCase`` as attributes too."""
    module = asked["module"]
    whole = {"id": module, "class": module, "name": "collect"}
    if importlib.util.find_spec("pytest") is None:
        text = "it is written for pytest, and %s has none" % asked["interpreter"]
        tell("result", outcome.result(whole, outcome.ERROR, 0.0, text))
        return
    file = asked["file"] or _file(module)
    plugin = _plugin(asked, tell)
    arguments = ["-c", os.devnull, "--rootdir", os.path.dirname(file), "-p", "no:cacheprovider", "-q", file]
    exit_code = importlib.import_module("pytest").main(arguments, plugins=[plugin])
    # 2 to 4: it was interrupted, a fault of its own, wrong usage. 5: there was nothing to collect.
    if int(exit_code) in (2, 3, 4) and not plugin.told_error:
        text = "pytest ended with %d" % int(exit_code)
        tell("result", outcome.result(whole, outcome.ERROR, 0.0, text, (), take_output()))


def _file(module: str) -> str:
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("there is no module %s here" % module)
    return spec.origin


def _plugin(asked: Mapping[str, Any], tell: Tell) -> Any:
    # pytest is in the interpreter of releases that bundle it, nowhere else.
    pytest: Any = importlib.import_module("pytest")

    class Plugin:
        told_error = False

        def __init__(self) -> None:
            self._reports: Dict[str, List[Any]] = {}
            self._began = 0.0
            self._errors: Set[str] = set()

        @pytest.fixture
        def ncd(self) -> Dict[str, Any]:
            return dict(asked["ncd"])

        @pytest.fixture
        def sudoPass(self) -> Optional[str]:
            return asked["sudo"]

        def pytest_collection_modifyitems(self, config: Any, items: List[Any]) -> None:
            left_out = [item for item in items if not chosen(_name(item.nodeid, asked)["id"], asked)]
            items[:] = [item for item in items if item not in left_out]
            config.hook.pytest_deselected(items=left_out)
            for item in items:
                kind: Any = getattr(item, "cls", None)
                if kind is not None and issubclass(kind, unittest.TestCase):
                    setattr(kind, "ncd", dict(asked["ncd"]))  # noqa: B010
                    setattr(kind, "sudoPass", asked["sudo"])  # noqa: B010
            tell("tests", {"tests": [_name(item.nodeid, asked) for item in items]})

        def pytest_collectreport(self, report: Any) -> None:
            if report.failed:
                Plugin.told_error = True
                lines = str(report.longrepr).splitlines()
                name = {"id": asked["module"], "class": asked["module"], "name": "collect"}
                tell("result", outcome.result(name, outcome.ERROR, 0.0, lines[-1] if lines else "", lines))

        def pytest_runtest_logstart(self, nodeid: str) -> None:
            self._began = time.monotonic()
            tell("start", _name(nodeid, asked))

        def pytest_runtest_logreport(self, report: Any) -> None:
            self._reports.setdefault(report.nodeid, []).append(report)

        def pytest_runtest_logfinish(self, nodeid: str) -> None:
            reports = self._reports.pop(nodeid, [])
            tell("result", _result(_name(nodeid, asked), reports, time.monotonic() - self._began))

    return Plugin()


def _result(name: Dict[str, str], reports: List[Any], seconds: float) -> Dict[str, Any]:
    """pytest reports set-up, call and tear-down of a test apart."""
    failed = [report for report in reports if report.failed]
    output = [line for report in reports[-1:] for _, text in report.sections for line in text.splitlines()]
    if failed:
        status = outcome.FAILED if any(report.when == "call" for report in failed) else outcome.ERROR
        lines = [line for report in failed for line in str(report.longrepr).splitlines()]
        crash = getattr(failed[0].longrepr, "reprcrash", None)
        text = crash.message.splitlines()[0] if crash is not None and crash.message else (lines or [""])[-1]
        return outcome.result(name, status, seconds, text, lines, output)
    skipped = next((report for report in reports if report.skipped), None)
    if skipped is None:
        return outcome.result(name, outcome.OK, seconds)
    if hasattr(skipped, "wasxfail"):
        return outcome.result(name, outcome.OK, seconds, "failed, as expected")
    reason = skipped.longrepr[2] if isinstance(skipped.longrepr, tuple) else str(skipped.longrepr)
    return outcome.result(
        name, outcome.SKIPPED, seconds, reason[len("Skipped: ") :] if reason.startswith("Skipped: ") else reason
    )


def _name(nodeid: str, asked: Mapping[str, Any]) -> Dict[str, str]:
    """Of ``tests/test_page.py::TestPage::test_get[1]``. Its parameters may hold colons."""
    parts = nodeid.partition("::")[2]
    head, bracket, parameters = parts.partition("[")
    *classes, test = head.split("::")
    kind = ".".join([asked["module"], *classes])
    name = test + bracket + parameters
    return {"id": "%s.%s" % (kind, name), "class": kind, "name": name}
