"""The part of the job ``etc`` that is the user's own crontab: judged before anything is placed, brought, put back."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, NamedTuple, Optional, Union

from conc_agent import durable
from conc_agent.etc import crontab, orders, wrote
from conc_agent.outcome import Outcome, blocked, failed

_HINT = "plan it again: conc plan"


class Step(NamedTuple):
    """This root's lines: as they are, and as they are to be."""

    there: Optional[bytes]
    want: Optional[bytes]
    left: bool


def judge(root: Path, release: str, request: Dict[str, Any]) -> Union[Step, Outcome, None]:
    """None: there is nothing to do about it, and nobody asks crontab(1). An outcome: why nothing is done at all."""
    want, known = orders.crontab_lines(root, release), _known(root)
    if want is None and known is None:
        return None
    try:
        there = crontab.seen(str(root))
    except crontab.Unusable as why:
        return blocked("the user's crontab %s" % why, (), "etc.crontab", "see crontab(1): cron.allow, cron.deny")
    faulty = crontab.faults(want or b"")
    if faulty:
        return failed("cron would not understand this; nothing was placed", faulty, "etc.faulty", "mend it, and build")
    if crontab.foreign(there, known, want, request):
        why = "%s: its lines were changed by hand" % crontab.PATH
        return blocked("the user's crontab was not touched", [why], "etc.refused", _HINT)
    return Step(there, want, there != want and crontab.PATH in request["leave"])


def bring(root: Path, step: Optional[Step]) -> Dict[str, Any]:
    """What ``wrote`` is to remember of it."""
    if step is None:
        return {}
    if not step.left and step.there != step.want:
        (root / "shared" / "log").mkdir(parents=True, exist_ok=True)
        _remember(root, step)
        crontab.put(str(root), step.want)
    now = _known(root) if step.left else step.want
    return {} if now is None else {"crontab": now.decode("utf-8", "surrogateescape")}


def put_back(root: Path, begun: Dict[str, Any]) -> Optional[str]:
    """None: it was not begun with. Else what came of it. Raises ``crontab.Unusable``."""
    kept = begun.get("crontab")
    if kept is None:
        return None
    before, after, now = _bytes(kept["before"]), _bytes(kept["after"]), crontab.seen(str(root))
    if now not in (before, after):
        return "the lines in the user's crontab were changed by someone else meanwhile, and left"
    if now != before:
        crontab.put(str(root), before)
    return "the user's crontab as before"


def _remember(root: Path, step: Step) -> None:
    """On the disk before anything changes; what an earlier try of this change remembered stays: that is how it was."""
    place = root / "change" / wrote.BEGUN
    begun = durable.read_json(place)
    if begun is not None and "crontab" not in begun:
        durable.write_json(place, dict(begun, crontab={"before": _text(step.there), "after": _text(step.want)}), 0o600)


def _known(root: Path) -> Optional[bytes]:
    return _bytes(wrote.read(root).get("crontab"))


def _bytes(text: Optional[str]) -> Optional[bytes]:
    return None if text is None else text.encode("utf-8", "surrogateescape")


def _text(lines: Optional[bytes]) -> Optional[str]:
    return None if lines is None else lines.decode("utf-8", "surrogateescape")
