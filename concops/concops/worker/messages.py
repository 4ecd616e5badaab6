"""What a worker and who started it say to each other: one JSON object a line, ASCII, requests one at a time.

To the worker, and from it::

    {"open": {"module": M, "attribute": A, "paths": [DIR…]}}
        {"opened": {"python": "3.11.2", "digests": {MODULE: SHA256}}}
    {"freeze": {}}
        {"frozen": {"jobs": […], "problems": […]}}
    {"run": {"position": N, "name": NAME, "ncd": {…}, "sudo": TEXT or null, "secrets": [TEXT…]}}
        {"done": {"status", "text", "ncd", "removed", "recorded", "evidence"}}
    {"undo": …}, as for run
        {"done": …}

Instead of each answer there may come ``{"error": {"code", "message", "hint", "traceback": [LINE…]}}``, and before
each any number of ``{"log": {"time", "level", "host", "name", "message"}}``. ``position`` counts from 0 in the list,
and ``name`` must be that of the job there. ``digests``: of the source of every loaded module of the devops package.
``ncd`` of ``done``: what is new or changed. The end of a worker's input ends it, with its process group.
"""

from __future__ import annotations

import json
from typing import Any, Dict, Iterable, List, Set

Message = Dict[str, Any]
MASK = "***"


def encode(message: Message) -> bytes:
    return json.dumps(message, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii") + b"\n"


def decode(line: bytes) -> Message:
    """Raises ``ValueError`` for what is no message, showing it."""
    try:
        message = json.loads(line.decode("ascii"))
    except ValueError:
        message = None
    if not isinstance(message, dict):
        raise ValueError("not a message: %r" % line[:200])
    return message


class Masking:
    """Replaces secrets in all that leaves a worker, in the forms that texts quote them in."""

    def __init__(self) -> None:
        self._forms: List[str] = []

    def add(self, secrets: Iterable[str]) -> None:
        """Known from here on: what an op leaves behind may still speak after it."""
        forms: Set[str] = set(self._forms)
        for secret in secrets:
            # Logs come line by line.
            for text in {secret, *secret.splitlines()} - {""}:
                forms |= _quoted(text)
        self._forms = sorted(forms, key=len, reverse=True)

    @property
    def longest(self) -> int:
        """Characters of the longest form. What is cut must keep so many together."""
        return len(self._forms[0]) if self._forms else 0

    def text(self, text: str) -> str:
        for form in self._forms:
            text = text.replace(form, MASK)
        return text

    def value(self, value: Any) -> Any:
        """A JSON value, masked throughout, keys too."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(key): self.value(one) for key, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.value(one) for one in value]
        return value


def _quoted(text: str) -> Set[str]:
    """As ``repr``, ``ascii``, bytes and JSON show it."""
    raw = text.encode("utf-8", "surrogatepass")
    return {text, repr(text)[1:-1], ascii(text)[1:-1], repr(raw)[2:-1], json.dumps(text)[1:-1]}
