"""The system's supervisord: its files read by its own Python, as it would read them; then ``supervisorctl update``.

``update`` restarts what changed and nothing else. A changed ``supervisord.conf`` is read at its next start.
"""

from __future__ import annotations

import re
from typing import AbstractSet, List, Optional, Sequence

from conc_agent.servers import systemctl
from conc_agent.servers.checked import checked
from conc_agent.servers.command import find, run
from conc_agent.servers.server import Found, Server, missing
from conc_agent.servers.staged import Staged

_CONF = "/etc/supervisor/supervisord.conf"
_UNIT = "supervisor.service"
_READ = "from supervisor.options import ServerOptions; ServerOptions().realize(['-c', %r, '-n'])" % _CONF


def test(staged: Staged) -> Found:
    python = _python()
    if python is None:
        return missing("supervisor", staged.paths)
    found = checked("supervisor", staged, [python, "-c", _READ])
    return Found(faults=[line for line in found.faults if not _is_help(line)], notes=found.notes)


def _is_help(line: str) -> bool:
    return line.startswith(("For help", "Traceback", "  "))


def _python() -> Optional[str]:
    """The interpreter that has it, by the first line of its script."""
    script = find("supervisord")
    if script is None:
        return None
    with open(script, "rb") as file:
        first = file.readline().decode("utf-8", "replace").split()
    return first[0][2:] if first and first[0].startswith("#!/") else None


def take_up(_subjects: Sequence[str], _ours: AbstractSet[str]) -> Found:
    program = find("supervisorctl")
    if program is None:
        return Found()
    updated = run([program, "-c", _CONF, "update"])
    if any("refused connection" in line or "no such file" in line for line in updated.lines):
        return _start()
    faults: List[str] = [line for line in updated.lines if re.search(r"\berror\b", line, re.IGNORECASE)]
    if updated.code != 0 or faults:
        return Found(faults=updated.lines or ["supervisorctl update ended with %d" % updated.code])
    return Found(notes=["supervisor updated"])


def _start() -> Found:
    if not systemctl.runs() or not systemctl.is_enabled(_UNIT):
        return Found(notes=["supervisor does not run: nothing was reloaded"])
    started = run(["systemctl", "start", _UNIT])
    if started.code != 0:
        return Found(faults=[*started.lines, *systemctl.last_words(_UNIT)])
    return Found(notes=["supervisor did not run: it was started"])


supervisor = Server("supervisor", re.compile(r"supervisor/"), test, take_up)
