"""``health``: asks until the application is well, so many times: are its processes there, and what does it say?"""

from __future__ import annotations

import time
from typing import Any, Dict, List, Optional

from conc_agent import applog, outcome, services
from conc_agent.context import Context
from conc_agent.ops.health_command import ask_command
from conc_agent.ops.health_http import ask_http, url_of
from conc_agent.outcome import Outcome


def run(context: Context, request: Dict[str, Any]) -> Outcome:
    """``{url, status, command, tries, interval, timeout, processes, service}``; seconds. FAILED with the last lines of
    the application's own logs since the switch, or of the command's output."""
    if not request["url"] and not request["command"] and request["service"] == "none":
        return outcome.stopped("nothing to ask: neither health.url nor health.command is set")
    tries = max(1, request["tries"])
    answer = _Answer(False, "")
    for number in range(1, tries + 1):
        context.check_cancelled()
        answer = _try(context, request)
        if answer.well:
            return outcome.ok(answer.text)
        context.progress(number, tries, "tries", answer.text)
        if number < tries:
            _rest(context, request["interval"])
    text = "%s, %d %s" % (answer.text, tries, "try" if tries == 1 else "tries")
    return outcome.failed(text, answer.lines + _last_words(context, request), "health.failed")


class _Answer:
    def __init__(self, well: bool, text: str, lines: Optional[List[str]] = None) -> None:
        self.well = well
        self.text = text
        self.lines = lines or []


def _try(context: Context, request: Dict[str, Any]) -> _Answer:
    trouble = _processes_trouble(context, request)
    if trouble:
        return _Answer(False, trouble)
    if request["command"]:
        well, text, lines = ask_command(context, request["command"], request["timeout"])
        return _Answer(well, text, lines)
    if request["url"]:
        url = url_of(request["url"], request["processes"], context.root)
        return _Answer(*ask_http(url, request["status"], request["timeout"]))
    return _Answer(True, "every process runs; neither health.url nor health.command is set")


def _processes_trouble(context: Context, request: Dict[str, Any]) -> Optional[str]:
    """What the service manager's processes are, before anything is asked of them: a stranger may hold the port."""
    for process in services.named(request["service"]).processes(context.root):
        if process["state"] != "RUNNING":
            return "%(name)s is %(state)s" % process
        if process["release"] not in (None, context.release):
            return "%(name)s runs %(release)s" % process
    return None


def _last_words(context: Context, request: Dict[str, Any]) -> List[str]:
    """Of the process that was asked, if it said anything since the switch; else of any."""
    asked = next((process["name"] for process in request["processes"] if process["listen"] is not None), None)
    before = applog.remembered(context.root)
    own = [] if asked is None else applog.lines_since(context.root, before, applog.of_process(context.root, asked))
    return own or applog.lines_since(context.root, before)


def _rest(context: Context, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        context.check_cancelled()
        time.sleep(min(0.1, max(0.0, deadline - time.monotonic())))
