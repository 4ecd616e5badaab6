"""What is to be placed, and the etc root it is for, as those see it who test it."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence

from conc_agent.servers import view
from conc_agent.servers.command import Ran

Change = Dict[str, Any]
"""``{data: bytes, mode: "0644", uid, gid}``, or ``{link: TARGET}``."""


class Staged(NamedTuple):
    """``changes``: everything that will differ, None what is removed. ``paths``: which of it one program reads."""

    root: str
    changes: Mapping[str, Optional[Change]]
    paths: List[str]

    @property
    def real(self) -> bool:
        """Is it the machine's own configuration?"""
        return is_real(self.root)

    def files(self) -> Dict[str, Change]:
        """Of ``paths`` those that are files, and not removed."""
        found = {path: self.changes[path] for path in self.paths}
        return {path: change for path, change in found.items() if change is not None and "data" in change}

    def run(self, argv: Sequence[str], shadowed: Sequence[str] = ()) -> Ran:
        """A program that sees them in ``/etc``, and whose writes to the folders ``shadowed`` nobody sees.

        Raises ``view.NoView``.
        """
        return view.run(argv, self.changes, shadowed)


def is_real(root: str) -> bool:
    return root == "/etc"
