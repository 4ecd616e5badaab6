"""Files line by line, for who reads a plan: what is there against what is wanted, and against what conc wrote."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Set

#: Bytes. A larger file differs, and that is all that is told of it.
_MOST = 1 << 18
_HIDDEN = "***"


def compare(
    place: str, path: str, wanted: Optional[Mapping[str, Any]], base: Optional[Mapping[str, Any]]
) -> Dict[str, Any]:
    """``{diff, edited}``, unified diffs as lines: to what is wanted, and from what conc wrote to what is there.

    None: it can't be told line by line. Where a file has secrets only lines that are known to hold none are shown.
    """
    seen, after, before = _text_at(place), _text_of(wanted), _text_of(base)
    shown = _Shown([file for file in (wanted, base) if file])
    return {
        "diff": _unified(shown, seen, after, "a/" + path, "b/" + path),
        "edited": None if before is None else _unified(shown, before, seen, "conc wrote", "is there"),
    }


def compare_texts(path: str, seen: str, wanted: str, wrote: str) -> Dict[str, Any]:
    """The same of texts that are no files of their own; ``""``: there is none."""
    shown = _Shown([])
    return {
        "diff": _unified(shown, seen, wanted, "a/" + path, "b/" + path),
        "edited": _unified(shown, wrote, seen, "conc wrote", "is there"),
    }


class _Shown:
    """Lines as they may be shown."""

    def __init__(self, files: List[Mapping[str, Any]]) -> None:
        self._masks = any(file.get("secretLines") for file in files)
        self._known: Set[str] = set()
        for file in files:
            secret = set(file.get("secretLines", []))
            lines = (_text_of(file) or "").splitlines()
            self._known.update(line for number, line in enumerate(lines, 1) if number not in secret)

    def lines(self, text: str) -> List[str]:
        return [line if line in self._known or not self._masks else _HIDDEN for line in text.splitlines()]


def _unified(shown: _Shown, old: Optional[str], new: Optional[str], of: str, to: str) -> Optional[List[str]]:
    if old is None or new is None:
        return None
    before, after = shown.lines(old), shown.lines(new)
    if before == after and old != new:
        return ["its secrets differ" if _HIDDEN in before else "the end of its lines differs"]
    import difflib

    return list(difflib.unified_diff(before, after, of, to, lineterm=""))


def _text_of(file: Optional[Mapping[str, Any]]) -> Optional[str]:
    """``""`` for what is not there: all of the other side is new."""
    if file is None:
        return ""
    return file.get("text")


def _text_at(place: str) -> Optional[str]:
    try:
        if os.path.islink(place) or os.path.getsize(place) > _MOST:
            return None
        text = Path(place).read_bytes().decode("utf-8")
        return None if "\0" in text else text
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError):
        return None
