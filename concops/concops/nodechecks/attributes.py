"""What ``conc.ini`` says of a check."""

from __future__ import annotations

import re
from typing import Dict, List, Mapping


def lines(ncd: Mapping[str, str], key: str) -> List[str]:
    """Of a value with several; empty where the key is not there."""
    return [line.strip() for line in ncd.get(key, "").splitlines() if line.strip()]


def words(ncd: Mapping[str, str], key: str) -> List[str]:
    return [word for word in re.split(r"[\s,]+", ncd.get(key, "")) if word]


def pairs(ncd: Mapping[str, str], key: str) -> Dict[str, str]:
    """``PATH = VALUE`` lines."""
    parted = [line.partition("=") for line in lines(ncd, key)]
    return {path.strip(): value.strip() for path, _, value in parted}


def listed(found: List[str], most: int = 10) -> str:
    """Of many the first."""
    more = ["… and %d more" % (len(found) - most)] if len(found) > most else []
    return "\n".join(["  " + one for one in found[:most]] + more)
