"""A status that says more than its word."""

from __future__ import annotations

from typing import Any, Dict, Optional, Sequence


class Result(str):
    """A status, with what a person reads beside it. It is the plain string still: ``Result("OK") == Status.ok``.

    ``text``: one line, shown with the job. ``recorded``: JSON values that are kept with the release, such as the heads
    of a schema. ``evidence``: lines that are shown with an op that did not go well.
    """

    text: str
    recorded: Optional[Dict[str, Any]]
    evidence: Sequence[str]

    def __new__(
        cls, status: str, text: str = "", recorded: Optional[Dict[str, Any]] = None, evidence: Sequence[str] = ()
    ) -> Result:
        self = super().__new__(cls, status)
        self.text = text
        self.recorded = recorded
        self.evidence = tuple(evidence)
        return self
