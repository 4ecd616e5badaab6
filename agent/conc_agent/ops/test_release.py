"""The suites of the bundle, run in the new release before anything is switched to it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Optional, Protocol

from conc_agent.application.suites import Place, Suites
from conc_agent.context import Context
from conc_agent.outcome import Outcome, failed, ok, stopped

_WELL = ("OK", "SKIPPED")
#: Lines of what went wrong that are told with the job.
_SHOWN = 60


class TestingContext(Context, Protocol):
    """Some suites want the password for sudo."""

    def ask_secret(self, what: str) -> Optional[str]:
        """A secret that the controller holds."""
        ...


def run(context: TestingContext, request: Dict[str, Any]) -> Outcome:
    """``request``: as ``conc_agent.application.suites.Suites`` takes it; ``sudo``: is the password needed?"""
    if not request["suites"]:
        return stopped("the bundle has no suites of the levels that test.levels names")
    sudo = context.ask_secret("sudo") if request["sudo"] else None
    results: List[Dict[str, Any]] = []

    def tell(message: Dict[str, Any]) -> None:
        if "test" in message:
            results.append(message["test"])
            context.progress(len(results), None, "tests", message["test"]["id"])

    folder = Path(tempfile.mkdtemp(prefix="conc-test-"))
    try:
        place = Place(context.root, context.release)
        Suites(folder, place, dict(request, sudo=sudo), context.check_cancelled).run(tell)
    finally:
        shutil.rmtree(str(folder), ignore_errors=True)
    bad = [result for result in results if result["status"] not in _WELL]
    if not bad:
        skipped = sum(result["status"] == "SKIPPED" for result in results)
        return ok("%d tests passed%s" % (len(results) - skipped, ", %d skipped" % skipped if skipped else ""))
    return failed(
        "%d of %d tests did not pass" % (len(bad), len(results)),
        _evidence(bad),
        "test.failed",
        "mend it, and deploy again; nothing was switched",
    )


def _evidence(bad: List[Dict[str, Any]]) -> List[str]:
    lines: List[str] = []
    for result in bad:
        lines.append("%s %s  %s" % (result["status"], result["id"], result["text"]))
        lines += ["    " + line for line in result["lines"]]
        lines += ["    | " + line for line in result["output"]]
    if len(lines) <= _SHOWN:
        return lines
    return [*lines[:_SHOWN], "… %d lines more" % (len(lines) - _SHOWN)]
