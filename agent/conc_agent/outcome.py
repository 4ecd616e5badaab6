"""What an op comes to."""

from __future__ import annotations

from typing import NamedTuple, Optional, Sequence

OK = "OK"
STOPPED = "STOPPED"
FAILED = "FAILED"
ERROR = "ERROR"
TIMED_OUT = "TIMED OUT"
BLOCKED = "BLOCKED"


class Outcome(NamedTuple):
    """A job's status, and what a person reads beside it."""

    status: str
    text: str = ""
    evidence: Sequence[str] = ()
    code: Optional[str] = None
    hint: Optional[str] = None


def ok(text: str = "") -> Outcome:
    return Outcome(OK, text)


def stopped(text: str = "") -> Outcome:
    """There was nothing to do: go on."""
    return Outcome(STOPPED, text)


def failed(text: str, evidence: Sequence[str] = (), code: Optional[str] = None, hint: Optional[str] = None) -> Outcome:
    return Outcome(FAILED, text, evidence, code, hint)


def blocked(text: str, evidence: Sequence[str] = (), code: Optional[str] = None, hint: Optional[str] = None) -> Outcome:
    return Outcome(BLOCKED, text, evidence, code, hint)
