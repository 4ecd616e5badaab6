"""A module of unittest's, loaded and run."""

from __future__ import annotations

import importlib
import unittest
from typing import Any, Callable, Iterator, List, Mapping

from . import outcome
from .collector import Collector, Tell, name_of


def run_module(asked: Mapping[str, Any], tell: Tell, take_output: Callable[[], List[str]]) -> None:
    """Tell ``tests``, then ``start`` and ``result`` of each. ``ncd`` and ``sudoPass`` are set on every ``TestCase``
    before anything of it runs."""
    module = asked["module"]
    whole = {"id": module, "class": module, "name": "import"}
    try:
        imported = importlib.import_module(module)
        loaded = unittest.TestLoader().loadTestsFromModule(imported)
    except unittest.SkipTest as skipped:
        tell("result", outcome.result(whole, outcome.SKIPPED, 0.0, str(skipped)))
        return
    except BaseException as error:
        lines = outcome.traceback_lines(error)
        tell("result", outcome.result(whole, outcome.ERROR, 0.0, outcome.why(error), lines, take_output()))
        return
    tests = [test for test in _flat(loaded) if chosen(name_of(test)["id"], asked)]
    for kind in {type(test) for test in tests}:
        kind.ncd = dict(asked["ncd"])
        kind.sudoPass = asked["sudo"]
    names = [name_of(test) for test in tests]
    tell("tests", {"tests": names})
    unittest.TestSuite(tests).run(Collector(names, tell, take_output))


def chosen(name: str, asked: Mapping[str, Any]) -> bool:
    """Is it asked for, and not done yet?"""
    only = asked["only"]
    wanted = not only or any(name == one or name.startswith(one + ".") for one in only)
    return wanted and name not in asked["done"]


def _flat(suite: Any) -> Iterator[Any]:
    if isinstance(suite, unittest.TestSuite):
        for one in suite:
            yield from _flat(one)
    else:
        yield suite
