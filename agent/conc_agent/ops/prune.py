"""``prune``: what nothing needs any more goes: releases, then launchers and store entries that none refers to."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Any, Dict, List, Optional, Set

from conc_agent import procs, release, serving, states, trash
from conc_agent.context import Context
from conc_agent.env import generations
from conc_agent.install import spare, store
from conc_agent.outcome import Outcome, ok, stopped
from conc_agent.services import credentials
from conc_agent.services.asking import ask_root
from conc_agent.services.systemctl import Refused
from conc_agent.static import shelf
from conc_agent.vendors import places


def run(context: Context, request: Dict[str, Any]) -> Outcome:
    """``{keep}``: so many proven releases besides the current one, and the last failed one; live ones in any case."""
    root = context.root
    removed: Dict[str, Path] = {}
    for name in surplus(root, request["keep"], context.release):
        context.check_cancelled()
        away = _discard(root, name)
        if away is not None:
            removed[name] = away
    launchers = _remove_launchers(root)
    tools = _remove_tools(root)
    trees = places.remove_unused(root)
    entries = store.remove_unused(root, set())
    spare.renew(root, list(removed.values()))
    secrets = generations.sweep(root)
    copies = _forget_copies(root)
    static = shelf.sweep(root)
    # Of earlier changes too, where something cut it off.
    trash.sweep(root)
    count = len(release.listed(root))
    kept = "1 release kept" if count == 1 else "%d releases kept" % count
    if not (removed or launchers or tools or trees or entries or secrets or copies or static):
        return stopped(kept + ", none to remove")
    parts = ([", ".join(removed) + " removed"] if removed else []) + [kept]
    if launchers:
        parts.append("launchers removed: " + ", ".join(launchers))
    if tools:
        parts.append("tools removed: " + ", ".join(tools))
    if trees:
        parts.append("vendors' trees removed: " + ", ".join(trees))
    if secrets:
        parts.append("secrets removed: generation %s" % ", ".join(map(str, secrets)))
    parts += copies
    if static:
        parts.append("%d static files removed" % static)
    return ok(", ".join(parts + (["%d store entries removed" % entries] if entries else [])))


def surplus(root: Path, keep: int, about: str) -> List[str]:
    """The releases that may go, oldest first."""
    known = release.listed(root)
    state = serving.read(root)
    needed: Set[Optional[str]] = {about, release.current(root)} | ({state.to, state.source} if state else set())
    found = {name: states.read(root, name)["state"] for name in known}
    proven = [name for name in known if found[name] == states.PROVEN and name != release.current(root)]
    failed = [name for name in known if found[name] == states.FAILED]
    needed.update(proven[len(proven) - keep :] if keep < len(proven) else proven)
    needed.update(failed[-1:])
    needed.update(procs.live_releases(root))
    return [name for name in known if name not in needed]


def _discard(root: Path, name: str) -> Optional[Path]:
    """Under the exclusive lock of its ``.alive``: a launcher that waits for it looks again, and finds it gone. Returns
    where it is now; None: somebody holds it."""
    path = release.folder(root, name)
    descriptor = os.open(str(path / ".alive"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return trash.discard(root, path)
    except BlockingIOError:
        return None
    finally:
        os.close(descriptor)


def _remove_launchers(root: Path) -> List[str]:
    """Launchers of processes that no release has any more."""
    used = {process["name"] for name in release.listed(root) for process in release.launched(root, name)}
    removed = []
    for path in sorted((root / "bin").glob("*")):
        if path.name not in used | {"supervisord"} and _is_launcher(path):
            path.unlink()
            removed.append(path.name)
    return removed


def _remove_tools(root: Path) -> List[str]:
    """Complete tool sets that no link names and no process runs from. One without a link is not yet in use."""
    links = {path: path.resolve() for path in root.glob("tools/*") if path.is_symlink()}
    running = "\n".join(procs.command_line(pid) for pid in procs.pids()) if links else ""
    removed = []
    for record in sorted(root.glob("tools/*-*/tool.json")):
        folder = record.parent
        older = any(folder.name.startswith(link.name + "-") for link in links)
        if older and folder.resolve() not in links.values() and f"{folder.resolve()}/" not in running:
            trash.discard(root, folder)
            removed.append(folder.name)
    return removed


def _forget_copies(root: Path) -> List[str]:
    """What root copied of secrets that are gone, for an account of their own. In words, where root is not to be had."""
    if not credentials.surplus(root):
        return []
    try:
        ask_root("systemd", root, "secrets")
        return ["copies of their secrets removed"]
    except Refused as refused:
        return ["copies of their secrets stay in %s until the next restart: %s" % (credentials.folder(root), refused)]


def _is_launcher(path: Path) -> bool:
    try:
        return b"Placed by conc" in path.read_bytes()[:1000]
    except OSError:
        return False
