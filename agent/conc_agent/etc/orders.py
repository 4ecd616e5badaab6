"""What is asked of ``apply`` and ``restore``, put together from what stands in the application's root."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping, Optional

from conc_agent.etc import claims, crontab, tree, wrote

#: What root keeps of a change that is under way. Nobody else may touch that.
_ROOTS_OWN = "/var/lib/conc/backups"


def etc_root(root: Path, release: str) -> Optional[str]:
    """Absolute. None: the release has no tree, and conc wrote none that would go: there is nothing to do."""
    wanted, known = tree.read(root, release), wrote.read(root)
    if wanted is None:
        return known["root"] if known["files"] or known.get("crontab") is not None else None
    return tree.etc_root(root, wanted["root"])


def apply_order(root: Path, release: str, backup: str, request: Mapping[str, Any]) -> Dict[str, Any]:
    """For a release, which may have no tree: what conc wrote goes then."""
    wanted, known = tree.read(root, release), wrote.read(root)
    etc = etc_root(root, release) or ""
    return dict(
        restore_order(root, etc, backup, request),
        root=etc,
        files=[] if wanted is None else crontab.wanted(wanted["files"])[1],
        wrote=known["files"] if known["root"] == etc else {},
        made=known["made"],
        leave=request["leave"],
        overwrite=request["overwrite"],
    )


def crontab_lines(root: Path, release: str) -> Optional[bytes]:
    """What a release wants in the user's crontab; None: nothing."""
    wanted = tree.read(root, release)
    return None if wanted is None else crontab.wanted(wanted["files"])[0]


def restore_order(root: Path, etc: str, backup: str, request: Mapping[str, Any]) -> Dict[str, Any]:
    """``sweep``: root keeps this application's last backup alone; others go with their change's folder."""
    owner = claims.owner_of(request["app"], str(root))
    folder = os.path.join(_ROOTS_OWN, owner["id"], backup) if request["sudo"] else str(root / "change" / "etc")
    return {"keep": claims.keep_of(etc), "backup": folder, "sweep": request["sudo"], "owner": owner}


def take_up_order(order: Mapping[str, Any], pending: List[str], ours: Iterable[str]) -> Dict[str, Any]:
    """``ours``: the paths that are conc's by now."""
    return {"keep": order["keep"], "pending": pending, "ours": sorted(ours)}
