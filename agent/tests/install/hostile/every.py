"""All cases, by concern."""

from __future__ import annotations

from functools import lru_cache
from typing import List

from . import abouts, archives, paths, places, records
from .case import Case


@lru_cache(maxsize=None)
def every_case() -> List[Case]:
    found = [case for part in (paths, archives, records, abouts, places) for case in part.cases()]
    names = [case.name for case in found]
    if len(set(names)) != len(names):
        raise ValueError("two cases have one name")
    return found
