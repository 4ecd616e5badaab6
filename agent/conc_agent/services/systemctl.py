"""``systemctl``: what a user's own service manager is told and asked, or with ``system`` that of the machine."""

from __future__ import annotations

import os
import subprocess
import tempfile
from typing import Dict, List, Optional

from conc_agent.context import Context


class Refused(Exception):
    """What systemctl said when it ended with another code than 0."""


def runtime() -> str:
    """Where the user's manager listens; without a login session nobody says so (pam_systemd(8))."""
    return os.environ.get("XDG_RUNTIME_DIR") or "/run/user/%d" % os.getuid()


def answers() -> bool:
    return os.path.exists(runtime() + "/systemd/private")


def tell(context: Optional[Context], *words: str, system: bool = False) -> str:
    """Run to its end; ``context`` may cancel it. Returns what it said; raises ``Refused``."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            ["systemctl", "--system" if system else "--user", "--no-ask-password", *words],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            env=dict(os.environ, XDG_RUNTIME_DIR=runtime(), LC_ALL="C.UTF-8"),
            start_new_session=True,
        )
        try:
            while True:
                try:
                    code = process.wait(0.1)
                    break
                except subprocess.TimeoutExpired:
                    if context is not None:
                        context.check_cancelled()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        said.seek(0)
        text = said.read().decode("utf-8", "replace").strip()
    if code:
        raise Refused(text or "systemctl %s ended with %d" % (words[0], code))
    return text


def shown(units: List[str], keys: List[str], system: bool = False) -> List[Dict[str, str]]:
    """Properties of each unit, in their order (systemctl(1), ``show``). A unit that isn't there has some too."""
    if not units:
        return []
    text = tell(None, "show", "--property=" + ",".join(["Id", *keys]), *units, system=system)
    return [dict(line.split("=", 1) for line in block.splitlines() if "=" in line) for block in text.split("\n\n")]
