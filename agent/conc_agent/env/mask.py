"""What commands and logs of an application say is told on, and kept; its secrets in it are not."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional

from conc_agent.channel import CallError
from conc_agent.env import generations

SHOWN = "***"
#: Characters. Shorter values, `1` or `true`, stand in every text, and are no secrets.
SHORTEST = 6


class Mask:
    """Of every generation under a root, as they are when something is told."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._forms: List[str] = []
        self._seen: Optional[int] = None

    def text(self, text: str) -> str:
        self._look()
        for form in self._forms:
            text = text.replace(form, SHOWN)
        return text

    def value(self, value: Any) -> Any:
        """A JSON value, masked throughout; keys are conc's own."""
        self._look()
        return self._masked(value) if self._forms else value

    def _masked(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self._masked(one) for key, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._masked(one) for one in value]
        return value

    def _look(self) -> None:
        try:
            seen: Optional[int] = os.stat(str(self._root / generations.FOLDER)).st_mtime_ns
        except OSError:
            seen = None
        if seen != self._seen:
            self._seen = seen
            # What was told of stays masked: it may still be said after it went.
            self._forms = sorted({*self._forms, *_forms(_values(self._root))}, key=len, reverse=True)


def secrets_of(values: Dict[str, str]) -> List[str]:
    """Those that are long enough to be looked for in what is said."""
    return [value for value in values.values() if len(value) >= SHORTEST]


def _values(root: Path) -> List[str]:
    found: List[str] = []
    try:
        for number in generations.recorded(root):
            found += secrets_of(generations.values(root, number))
    except (OSError, ValueError, CallError):
        pass  # who needs them says so; what is told of that has none of them
    return found


def _forms(values: Iterable[str]) -> Iterable[str]:
    """As they are, line by line, and as Python's repr and JSON show them."""
    for value in values:
        for text in {value, *value.splitlines()}:
            if len(text) >= SHORTEST:
                yield from (text, repr(text)[1:-1], ascii(text)[1:-1], json.dumps(text)[1:-1])
