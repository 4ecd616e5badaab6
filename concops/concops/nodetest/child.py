"""The process that a module of tests runs in.

It gets one request, and tells what comes of it, a JSON object a line::

    {"suite": {"framework": "unittest" | "pytest", "module", "file": PATH or null, "paths": [DIR…], "interpreter",
               "only": [ID…], "done": [ID…], "ncd": {…}, "sudo": TEXT or null, "secrets": [TEXT…]}}
        {"tests": {"tests": [{"id", "class", "name"}…]}}
        {"start": {"id", "class", "name"}}
        {"result": {"id", "class", "name", "status", "seconds", "text", "lines": [LINE…], "output": [LINE…]}}
        {"finished": {}}

``only``: empty for all; else ids, or what stands before a dot in them. ``done``: ids that are not run again.
"""

from __future__ import annotations

import os
import sys
from typing import List

from ..worker.streams import Streams
from ..worker.wire import Wire
from . import outcome, pytest_suite, suite

_RUNS = {"unittest": suite.run_module, "pytest": pytest_suite.run_module}


def main() -> None:
    """Run what is asked for, then wait for the end of input, which ends the process group."""
    if os.getpgrp() != os.getpid():
        os.setsid()
    wire = Wire()
    output = Output(wire)
    wire.start()
    asked = wire.next()["suite"]
    wire.masking.add(asked["secrets"])
    sys.path[1:1] = [path for path in asked["paths"] if path not in sys.path]
    sys.dont_write_bytecode = True
    try:
        _RUNS[asked["framework"]](asked, wire.send, output.take)
    # sys.exit() in a module's fixture ends no more than the module.
    except (Exception, SystemExit) as error:
        whole = {"id": asked["module"], "class": asked["module"], "name": "run"}
        lines = outcome.traceback_lines(error)
        wire.send("result", outcome.result(whole, outcome.ERROR, 0.0, outcome.why(error), lines, output.take()))
    wire.send("finished", {})
    wire.next()


class Output:
    """What tests and their programs print, since it was last taken. Of very much the end is kept."""

    def __init__(self, wire: Wire) -> None:
        self._lines: List[str] = []
        self._streams = Streams(self._line, wire.masking)

    def take(self) -> List[str]:
        self._streams.drain()
        taken, self._lines = self._lines, []
        return taken

    def _line(self, _name: str, _level: str, text: str) -> None:
        self._lines.append(text)
        if len(self._lines) > 4 * outcome.LINES:
            del self._lines[: 2 * outcome.LINES]
