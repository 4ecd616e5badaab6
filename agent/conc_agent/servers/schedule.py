"""When cron runs something: the five fields, or a nickname (crontab(5) of Debian's cron).

The same rule as in ``src/config/cron-when.ts``, which tells a person of it before.
"""

from __future__ import annotations

import re
from typing import Optional, Sequence, Tuple

NICKNAMES = ("@reboot", "@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: Sequence[Tuple[str, int, int, Sequence[str]]] = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 7, _DAYS),
)
_PART = re.compile(r"(?:\*|(\w+)(?:-(\w+))?)(?:/(\d+))?\Z")


def fault_of(when: str) -> Optional[str]:
    """None: cron takes it."""
    if when.startswith("@"):
        return None if when in NICKNAMES else "%s: cron knows %s" % (when, ", ".join(NICKNAMES))
    words = when.split()
    if len(words) != len(_FIELDS):
        return "%r has %d fields, and cron wants five: minute, hour, day, month, weekday" % (when, len(words))
    for word, (name, least, most, names) in zip(words, _FIELDS):
        if not all(_is_part(part, least, most, names) for part in word.split(",")):
            return "%s is no %s: %d to %d, *, 1-5, */5, or several with commas" % (word, name, least, most)
    return None


def _is_part(part: str, least: int, most: int, names: Sequence[str]) -> bool:
    found = _PART.match(part)
    if not found:
        return False
    first, last, step = found.groups()
    if step is not None and (int(step) == 0 or (first is not None and last is None)):
        return False
    if first is None:
        return True
    low = _number(first, least, names)
    high = low if last is None else _number(last, least, names)
    return low is not None and high is not None and least <= low <= high <= most


def _number(word: str, least: int, names: Sequence[str]) -> Optional[int]:
    if word.isascii() and word.isdigit() and len(word) <= 3:
        return int(word)
    low = word.lower()
    # Months count from 1, days from 0.
    return names.index(low) + least if low in names else None
