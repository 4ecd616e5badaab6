"""What conc wrote in the machine's configuration, as it is against what it wrote."""

from __future__ import annotations

from pathlib import Path
from typing import List, Optional

from conc_agent.drift.judge import CONTENT, MODE, REMOVED, Difference
from conc_agent.etc import crontab, wrote
from conc_agent.etc.state import Refused, look, place_of, stamp


def etc_drift(root: Path) -> List[Difference]:
    """Of a file that only root may read it is told whether anything about it has changed (stat(2))."""
    known = wrote.read(root)
    found: List[Difference] = []
    for path, written in sorted(known["files"].items()):
        name = "%s/%s" % (known["root"], path)
        try:
            place = place_of(known["root"], path)
            seen = look(place)
        except (Refused, PermissionError):
            found.append(Difference(name, CONTENT, "can't be looked at"))
            continue
        if seen is None:
            found.append(Difference(name, REMOVED, "is missing"))
        elif seen["what"].startswith("unreadable:") and stamp(place) == written["stamp"]:
            continue
        elif seen["what"] != written["state"]["what"]:
            found.append(Difference(name, CONTENT, "has other content than conc wrote"))
        elif seen != written["state"]:
            found.append(Difference(name, MODE, "has another mode or owner than conc gave it"))
    found += _crontab(root, known.get("crontab"))
    for owed in known["pending"]:
        found.append(
            Difference(owed, CONTENT, "has not taken up what was placed in %s: it is owed a reload" % known["root"])
        )
    return found


def _crontab(root: Path, lines: Optional[str]) -> List[Difference]:
    if lines is None:
        return []
    name = "the user's crontab"
    try:
        seen = crontab.seen(str(root))
    except crontab.Unusable as why:
        return [Difference(name, CONTENT, str(why))]
    if seen is None:
        return [Difference(name, REMOVED, "has none of the lines that conc wrote")]
    changed = seen != lines.encode("utf-8", "surrogateescape")
    return [Difference(name, CONTENT, "has other lines than conc wrote")] if changed else []
