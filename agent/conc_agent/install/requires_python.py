"""Whether this interpreter is one that a wheel asks for: Requires-Python (PEP 345, 440)."""

from __future__ import annotations

import re
import sys
from typing import List, Optional, Sequence, Tuple

_CLAUSE = re.compile(
    r"\s*(===|==|!=|~=|<=|>=|<|>)\s*v?(\d+(?:\.\d+)*)(\.\*)?((?:[-_.]?(?:a|b|c|rc|alpha|beta|pre|preview|post|dev)[-_.]?\d*)*)\s*",
    re.I,
)
_BEFORE, _FINAL, _AFTER = -1, 0, 1


def allows(specifier: str, version: Sequence[int] = sys.version_info[:3]) -> Optional[bool]:
    """None: the specifier is malformed, and counts for nothing. Like pip, asks for ``3.14.0`` on ``3.14.0rc1``."""
    clauses = [clause for clause in specifier.split(",") if clause.strip()]
    verdicts: List[bool] = []
    for clause in clauses:
        match = _CLAUSE.fullmatch(clause)
        if match is None:
            return None
        verdicts.append(
            _holds(match[1], [int(part) for part in match[2].split(".")], bool(match[3]), match[4], version)
        )
    return all(verdicts)


def _holds(operator: str, release: List[int], prefix: bool, suffix: str, version: Sequence[int]) -> bool:
    if prefix:
        same = list(version[: len(release)]) == release
        return same if operator in ("==", "~=") else not same
    phase = _FINAL if not suffix else _AFTER if "post" in suffix.lower() else _BEFORE
    own, wanted = _key(version, _FINAL), _key(release, phase)
    if operator == "~=":
        return own >= wanted and list(version[: len(release) - 1]) == release[:-1]
    return {
        "===": own == wanted,
        "==": own == wanted,
        "!=": own != wanted,
        "<=": own <= wanted,
        ">=": own >= wanted,
        "<": own < wanted,
        ">": own > wanted,
    }[operator]


def _key(release: Sequence[int], phase: int) -> Tuple[Tuple[int, ...], int]:
    padded = [*release, 0, 0, 0, 0, 0, 0]
    return tuple(padded[:6]), phase
