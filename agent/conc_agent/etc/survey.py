"""How the paths of a tree are on this machine, beside what conc wrote there. Reads only, as the deploying user."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Dict, Mapping, Optional

from conc_agent import mounts
from conc_agent.etc import claims, privileged, tree, wrote
from conc_agent.etc.state import Refused, State, group_name, look, place_of, stamp, user_name

#: Characters of a file that is compared line by line; a larger one differs, and that is all that is told.
_SHOWN = 1 << 18


def survey(root: Path, request: Mapping[str, Any]) -> Optional[Dict[str, Any]]:
    """``request``: ``{app, etc, paths, release, content}``, as protocol/README.md has it.

    ``etc``: an etc root as conc.ini says it, with the paths that are wanted there; or None, with the ``release`` whose
    tree is wanted. None: that has none, and conc wrote nothing that would go.
    """
    wanted, known = _wanted(root, request), wrote.read(root)
    if wanted is None and not known["files"]:
        return None
    etc = known["root"] if wanted is None else tree.etc_root(root, wanted["root"])
    files = known["files"] if known["root"] == etc else {}
    paths = sorted({*files, *(file["path"] for file in (wanted or {"files": []})["files"])})
    owner = claims.owner_of(request["app"], str(root))["id"]
    taken = claims.others(claims.keep_of(etc), owner)
    sudo = not os.access(str(mounts.nearest(Path(etc))), os.W_OK)
    return {
        "root": etc,
        "elsewhere": known["root"] if known["files"] and known["root"] != etc else None,
        "sudo": sudo,
        "sudoCommands": privileged.commands() if sudo else [],
        "owner": "root" if sudo else user_name(os.geteuid()),
        "group": "root" if sudo else group_name(os.getegid()),
        "files": None if wanted is None or request["etc"] is not None else [_short(file) for file in wanted["files"]],
        "pending": known["pending"],
        "paths": {path: _path(root, etc, path, files.get(path), taken, request["content"]) for path in paths},
    }


def _wanted(root: Path, request: Mapping[str, Any]) -> Optional[Dict[str, Any]]:
    if request["etc"] is not None:
        return {"root": request["etc"], "files": [{"path": path} for path in request["paths"]]}
    return None if request["release"] is None else tree.read(root, request["release"])


def _path(
    root: Path, etc: str, path: str, written: Optional[Mapping[str, Any]], taken: Mapping[str, str], content: bool
) -> Dict[str, Any]:
    """``{seen, wrote, unfit, taken, text?, base?}``. ``seen`` is what conc wrote where nothing speaks against it."""
    found: Dict[str, Any] = {"seen": None, "wrote": written and written["state"], "unfit": None}
    found["taken"] = taken.get(path)
    try:
        place = place_of(etc, path)
        found["seen"] = _seen(place, written)
        if content:
            found.update(text=_text(place), base=_base(root, path, written))
    except Refused as refused:
        found["unfit"] = refused.why
    except PermissionError:
        found["seen"] = written and written["state"]
    return found


def _seen(place: str, written: Optional[Mapping[str, Any]]) -> Optional[State]:
    """A file that only root may read is what conc wrote there as long as nothing about it has changed (stat(2))."""
    seen = look(place)
    if seen is not None and seen["what"] == "unreadable" and written and stamp(place) == written["stamp"]:
        return written["state"]
    return seen


def _text(place: str) -> Optional[str]:
    """None: there is none, or it is no text that a person would compare."""
    try:
        if os.path.islink(place) or os.path.getsize(place) > _SHOWN:
            return None
        text = Path(place).read_bytes().decode("utf-8")
        return None if "\0" in text else text
    except (OSError, UnicodeDecodeError):
        return None


def _base(root: Path, path: str, written: Optional[Mapping[str, Any]]) -> Optional[Dict[str, Any]]:
    """What conc wrote there: ``{text, secretLines}``, from the release that it wrote it for, if that is still here."""
    name = wrote.read(root)["release"]
    try:
        wanted = tree.read(root, name) if written and name else None
    except (OSError, ValueError):
        return None
    file = next((file for file in (wanted or {"files": []})["files"] if file["path"] == path), None)
    if file is None or "text" not in file:
        return None
    return {"text": file["text"], "secretLines": file.get("secretLines", [])}


def _short(file: Mapping[str, Any]) -> Dict[str, Any]:
    return {key: value for key, value in file.items() if key not in ("text", "base64")}
