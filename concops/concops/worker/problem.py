"""An error that is told in words."""

from __future__ import annotations

from typing import Dict, List, Optional, Sequence, Union

Told = Dict[str, Union[str, List[str], None]]


class Problem(Exception):
    """What happened and why, and what to do; ``code`` is permanent. ``traceback``: lines, where there is one."""

    def __init__(self, code: str, message: str, hint: Optional[str] = None, traceback: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.traceback = list(traceback)

    def told(self) -> Told:
        return {"code": self.code, "message": self.message, "hint": self.hint, "traceback": self.traceback}
