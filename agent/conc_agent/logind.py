"""What logind does with a user's processes at logout (logind.conf(5), KillUserProcesses)."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Optional


def logout_need(what: str) -> Optional[str]:
    """What a person has to do first, where a logout would end ``what``. None: it would not."""
    if not ends_processes_at_logout() or lingers():
        return None
    return "logind ends a user's processes at logout (KillUserProcesses=yes), %s among them: run once, as root: %s" % (
        what,
        "loginctl enable-linger " + user(),
    )


def ends_processes_at_logout() -> bool:
    """Root's are spared (KillExcludeUsers)."""
    if os.getuid() == 0 or not os.path.isdir("/run/systemd/system"):
        return False
    setting = "no"
    for path in [Path("/etc/systemd/logind.conf"), *sorted(Path("/etc/systemd").glob("logind.conf.d/*.conf"))]:
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        said = re.findall(r"(?m)^\s*KillUserProcesses\s*=\s*(\S+)", text)
        setting = said[-1] if said else setting
    return setting.lower() in ("yes", "true", "on", "1")


def lingers() -> bool:
    return os.path.exists("/var/lib/systemd/linger/" + user())


def user() -> str:
    return os.environ.get("LOGNAME") or os.environ.get("USER") or ""
