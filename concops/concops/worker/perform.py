"""One call of an op, or of its undo, and what it came to."""

from __future__ import annotations

import copy
import logging
import math
from typing import Any, Callable, Dict, Optional

from ..result import Result
from ..status import Status
from . import evidence
from .messages import Message

STATUSES = frozenset((Status.ok, Status.stopped, Status.failed, Status.blocked, Status.error, Status.timedout))


def perform(call: Callable[[Dict[str, Any], Optional[str]], Any], ncd: Dict[str, Any], sudo: Optional[str]) -> Message:
    """The content of ``done``. Whatever the op raises is its status, and ends nothing else."""
    before = copy.deepcopy(ncd)
    try:
        outcome = _outcome(call(ncd, sudo))
    # SystemExit too: an op that calls sys.exit() has not ended this process.
    except BaseException as error:
        outcome = Result(Status.error, evidence.summary(error), evidence=evidence.lines(error))
    return {
        "status": str(outcome),
        "text": outcome.text,
        "ncd": {key: value for key, value in ncd.items() if _carried(key, value, before)},
        "removed": [key for key in before if key not in ncd],
        "recorded": outcome.recorded,
        "evidence": list(outcome.evidence),
    }


def _outcome(returned: Any) -> Result:
    if not isinstance(returned, str) or returned not in STATUSES:
        return Result(
            Status.error, "it returned %.200r, which is no status: return one of concops.Status" % (returned,)
        )
    if not isinstance(returned, Result):
        return Result(returned)
    if returned.recorded is not None and not (isinstance(returned.recorded, dict) and _is_json(returned.recorded)):
        return Result(Status.error, "what it recorded is no JSON object: %.200r" % (returned.recorded,))
    return Result(returned, str(returned.text), returned.recorded, [str(line) for line in returned.evidence])


def _carried(key: Any, value: Any, before: Dict[str, Any]) -> bool:
    """Is it new or changed, and can it be sent?"""
    if isinstance(key, str) and _is_json(value):
        return key not in before or before[key] != value
    logging.getLogger("concops").warning(
        "ncd[%r] holds %s, which is no JSON value: later jobs don't get it", key, type(value).__name__
    )
    return False


def _is_json(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_json(one) for key, one in value.items())
    if isinstance(value, (list, tuple)):
        return all(_is_json(one) for one in value)
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, (str, int))
