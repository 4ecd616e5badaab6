"""``health``: asks until the application is well, so many times: do its processes run this release, what does it say,
and do they stay up?"""

from __future__ import annotations

import time
from typing import Any, Dict, List, Optional

from conc_agent import applog, outcome
from conc_agent.context import Context
from conc_agent.ops.health_command import ask_command
from conc_agent.ops.health_processes import Processes, look
from conc_agent.ops.restart import processes_of
from conc_agent.outcome import Outcome


def run(context: Context, request: Dict[str, Any]) -> Outcome:
    """``{url, status, command, staysUp?, tries, interval, timeout, processes, service}``; seconds. FAILED with the last
    lines of the application's own logs since the switch, or of the command's output."""
    request = dict(request, processes=processes_of(context, request))
    if not request["url"] and not request["command"] and request["service"] == "none":
        return outcome.stopped("nothing to ask: neither health.url nor health.command is set")
    tries = max(1, request["tries"])
    answer = _Answer(False, "")
    for number in range(1, tries + 1):
        context.check_cancelled()
        answer = _try(context, request)
        if answer.well:
            return _stays_up(context, request, answer)
        context.progress(number, tries, "tries", answer.text)
        if number < tries:
            _rest(context, request["interval"])
    text = "%s, %d %s" % (answer.text, tries, "try" if tries == 1 else "tries")
    return outcome.failed(text, answer.lines + _last_words(context, request), "health.failed")


#: Seconds between two looks at processes that have to stay up.
_LOOK = 0.25
#: Seconds that a launcher may take.
_LAUNCHING = 5.0


class _Answer:
    def __init__(self, well: bool, text: str, lines: Optional[List[str]] = None) -> None:
        self.well = well
        self.text = text
        self.lines = lines or []


def _try(context: Context, request: Dict[str, Any]) -> _Answer:
    """The processes before anything is asked of them, for a stranger may hold the port; and after they have answered:
    what was still being started then is something by now."""
    found = _processes(context, request)
    if found.trouble:
        return _Answer(False, found.trouble, found.notes)
    answer = _ask(context, request)
    if not answer.well or request["service"] == "none":
        return answer
    found = _processes(context, request)
    if found.trouble:
        return _Answer(False, found.trouble, found.notes)
    return _Answer(True, "; ".join([answer.text, *found.notes]))


def _ask(context: Context, request: Dict[str, Any]) -> _Answer:
    if request["command"]:
        well, text, lines = ask_command(context, request["command"], request["timeout"])
        return _Answer(well, text, lines)
    if request["url"]:
        # It loads a lot that others don't need.
        from conc_agent.ops.health_http import ask_http, url_of

        url = url_of(request["url"], request["processes"], context.root)
        return _Answer(*ask_http(url, request["status"], request["timeout"]))
    return _Answer(True, "every process runs")


def _processes(context: Context, request: Dict[str, Any]) -> Processes:
    """A launcher takes a moment to become what it starts: that is no try of its own."""
    deadline = time.monotonic() + _LAUNCHING
    while True:
        found = look(context.root, context.release, request["service"], request["processes"])
        if not found.starting or time.monotonic() > deadline:
            return found
        _rest(context, 0.05)


def _stays_up(context: Context, request: Dict[str, Any], answer: _Answer) -> Outcome:
    """Watch the processes for so long as is wanted, then ask once more. One that was restarted is not tried again."""
    seconds = request.get("staysUp") or 0.0
    if not seconds:
        return outcome.ok(answer.text)
    before, started = _processes(context, request), time.monotonic()
    while time.monotonic() - started < seconds:
        _rest(context, min(_LOOK, seconds))
        found = _processes(context, request)
        if found.trouble or found.identities != before.identities:
            trouble = found.trouble or "another process than before runs: it was restarted"
            text = "it did not stay up for %g s: %s" % (seconds, trouble)
            return outcome.failed(text, _last_words(context, request), "health.failed")
    last = _try(context, request)
    if not last.well:
        text = "%s, after %g s" % (last.text, seconds)
        return outcome.failed(text, last.lines + _last_words(context, request), "health.failed")
    return outcome.ok("%s; stayed up for %g s" % (last.text, seconds))


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
