"""Starting a guard so that it outlives the agent, its session, and the ssh connection that both came by."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import List

from conc_agent import logind
from conc_agent.guard.invoke import argv, program_of


def start(root: Path) -> subprocess.Popen[bytes]:
    """A session of its own is enough, except where logind ends a user's processes at logout: then a unit of the user's
    own manager, which lingers. Raises OSError where none can be started."""
    folder = root / "change"
    words = [*_unit(), *argv(program_of(folder), "guard", str(root))]
    log = _log(folder)
    try:
        return subprocess.Popen(words, stdin=log, stdout=log, stderr=log, cwd="/", start_new_session=True)
    finally:
        os.close(log)


def dismiss(guard: subprocess.Popen[bytes]) -> None:
    """By its agent, which has the lock still: so nobody sees a guard have it for an instant, and takes it for a run."""
    guard.kill()
    guard.wait()


def _unit() -> List[str]:
    if not (logind.ends_processes_at_logout() and logind.lingers()):
        return []
    return ["systemd-run", "--user", "--quiet", "--collect", "--"]


def _log(folder: Path) -> int:
    """Of what a guard says when it fails. On a full disk it says nothing."""
    try:
        return os.open(str(folder / "guard.log"), os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    except OSError:
        return os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
