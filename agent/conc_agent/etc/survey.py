"""How the paths of a tree are on this machine, beside what conc wrote there. Reads only, as the deploying user."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Dict, Mapping, Optional

from conc_agent import mounts
from conc_agent.etc import claims, crontab, links, privileged, tree, wrote
from conc_agent.etc.compare import compare, compare_texts
from conc_agent.etc.state import Refused, State, group_name, look, place_of, stamp, user_name


def survey(root: Path, request: Mapping[str, Any]) -> Optional[Dict[str, Any]]:
    """``request``: ``{app, etc, release, content}``, as protocol/README.md has it.

    ``etc``: a rendered tree, whose files may lack their content; or None, with the ``release`` whose tree is wanted.
    None: that has none, and conc wrote nothing that would go.
    """
    wanted, known = _wanted(root, request), wrote.read(root)
    if wanted is None and not known["files"] and known.get("crontab") is None:
        return None
    etc = known["root"] if wanted is None else tree.etc_root(root, wanted["root"])
    files = known["files"] if known["root"] == etc else {}
    led = links.led(etc, (wanted or {"files": []})["files"])
    by_path = {file["path"]: file for file in led.files}
    owner = claims.owner_of(request["app"], str(root))["id"]
    taken = claims.others(claims.keep_of(etc), owner)
    # The crontab is the user's own: it takes no other rights than theirs.
    placed = {*files, *by_path} - {crontab.PATH}
    sudo = bool(placed) and not os.access(str(mounts.nearest(Path(etc))), os.W_OK)
    paths = {
        path: dict(
            _path(etc, path, files.get(path), taken, led.lost.get(path)),
            **(_compared(root, etc, path, by_path.get(path), files.get(path)) if request["content"] else {}),
        )
        for path in sorted(placed)
    }
    if crontab.PATH in by_path or known.get("crontab") is not None:
        paths[crontab.PATH] = _crontab(root, known, by_path.get(crontab.PATH), request["content"], sudo)
    return {
        "root": etc,
        "elsewhere": known["root"] if known["files"] and known["root"] != etc else None,
        "sudo": sudo,
        "sudoCommands": privileged.commands() if sudo else [],
        "owner": _owner(sudo),
        "group": _group(sudo),
        "files": None if wanted is None or request["etc"] is not None else [_short(file) for file in wanted["files"]],
        "pending": known["pending"],
        "without": led.without,
        "paths": paths,
    }


def _wanted(root: Path, request: Mapping[str, Any]) -> Optional[Dict[str, Any]]:
    if request["etc"] is not None:
        return request["etc"]
    return None if request["release"] is None else tree.read(root, request["release"])


def _owner(sudo: bool) -> str:
    return "root" if sudo else user_name(os.geteuid())


def _group(sudo: bool) -> str:
    return "root" if sudo else group_name(os.getegid())


def _crontab(
    root: Path, known: Mapping[str, Any], wanted: Optional[Mapping[str, Any]], content: bool, sudo: bool
) -> Dict[str, Any]:
    """As of a file: this root's lines of the user's crontab."""
    wrote_lines = known.get("crontab")
    whose = (_owner(sudo), _group(sudo))
    found: Dict[str, Any] = {"seen": None, "unfit": None, "taken": None, "original": None}
    found["wrote"] = crontab.state(wrote_lines and wrote_lines.encode("utf-8"), *whose)
    try:
        there = crontab.seen(str(root))
    except crontab.Unusable as why:
        return dict(found, unfit=str(why))
    found["seen"] = crontab.state(there, *whose)
    if content:
        texts = [there and there.decode("utf-8", "replace"), wanted and wanted.get("text"), wrote_lines]
        found.update(compare_texts(crontab.PATH, *(text or "" for text in texts)))
    return found


def _path(
    etc: str, path: str, written: Optional[Mapping[str, Any]], taken: Mapping[str, str], lost: Optional[str]
) -> Dict[str, Any]:
    """``{seen, wrote, original, unfit, taken}``. ``seen`` is what conc wrote where nothing speaks against it."""
    found: Dict[str, Any] = {"seen": None, "wrote": written and written["state"], "unfit": lost}
    found.update(taken=taken.get(path), original=(written or {}).get("original"))
    try:
        found["seen"] = _seen(place_of(etc, path), written)
    except Refused as refused:
        found["unfit"] = refused.why
    except PermissionError:
        found["seen"] = written and written["state"]
    return found


def _compared(
    root: Path, etc: str, path: str, wanted: Optional[Mapping[str, Any]], written: Optional[Mapping[str, Any]]
) -> Dict[str, Any]:
    try:
        return compare(place_of(etc, path), path, wanted, _base(root, path) if written else None)
    except (Refused, PermissionError):
        return {"diff": None, "edited": None}


def _seen(place: str, written: Optional[Mapping[str, Any]]) -> Optional[State]:
    """A file that only root may read is what conc wrote there as long as nothing about it has changed (stat(2))."""
    seen = look(place)
    if seen is not None and seen["what"].startswith("unreadable:") and written and stamp(place) == written["stamp"]:
        return written["state"]
    return seen


def _base(root: Path, path: str) -> Optional[Mapping[str, Any]]:
    """What conc wrote there, from the release that it wrote it for, if that is still here."""
    name = wrote.read(root)["release"]
    try:
        known = tree.read(root, name) if name else None
    except (OSError, ValueError):
        return None
    return next((file for file in (known or {"files": []})["files"] if file["path"] == path), None)


def _short(file: Mapping[str, Any]) -> Dict[str, Any]:
    return {key: value for key, value in file.items() if key not in ("text", "base64")}
