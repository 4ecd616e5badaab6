"""Where a call's time goes: spans by the monotonic clock, with the CPU time that fell into them.

They are told to a controller that asks (``conc_agent.calls.timed``); for any other a span is one comparison. Spans are
of the main thread, and lie in one another.
"""

from __future__ import annotations

import resource
import time
from contextlib import contextmanager
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

Tell = Callable[[Dict[str, Any]], None]


class _Spans:
    """Those of one call: told together, whenever one ends that lies in no other but the call's own."""

    def __init__(self, tell: Tell) -> None:
        self.depth = 0
        self._tell = tell
        self._ended: List[Dict[str, Any]] = []

    def ended(self, name: str, begun: Tuple[float, float, float]) -> None:
        now = _spent()
        told = {"name": name, "depth": self.depth, "start": begun[0], "end": now[0]}
        self._ended.append(dict(told, cpu=now[1] - begun[1], programs=now[2] - begun[2]))
        if self.depth <= 1:
            spans, self._ended = self._ended, []
            self._tell({"clock": time.monotonic(), "spans": spans})


class _Asked:
    """Whom this process tells, if anybody."""

    spans: Optional[_Spans] = None


@contextmanager
def asked(tell: Tell) -> Iterator[None]:
    """Every span until its end is told: ``{"clock": S, "spans": [SPAN…]}``, inner ones before what they lie in."""
    before, _Asked.spans = _Asked.spans, _Spans(tell)
    try:
        yield
    finally:
        _Asked.spans = before


@contextmanager
def span(name: str) -> Iterator[None]:
    spans = _Asked.spans
    if spans is None:
        yield
        return
    spans.depth += 1
    begun = _spent()
    try:
        yield
    finally:
        spans.depth -= 1
        spans.ended(name, begun)


def _spent() -> Tuple[float, float, float]:
    """Seconds: the clock, this process's CPU time, that of programs it started and that have ended (getrusage(2))."""
    programs = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.monotonic(), time.process_time(), programs.ru_utime + programs.ru_stime
