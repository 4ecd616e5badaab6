"""The program that root runs, ``/usr/local/lib/conc/place``: these modules and nothing else (``privileged.py``).

Without arguments it places files; with the word ``units`` it does what services of the machine need, and no more: a
rule of sudo can allow just that. What it is to do comes on stdin, as JSON behind the line ``MARK``: a password that
sudo did not ask for stands before that, and is passed over.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Callable, Dict, Optional

from conc_agent.etc.apply import apply
from conc_agent.etc.restore import restore
from conc_agent.etc.take_up import take_up
from conc_agent.services import rooted

MARK = b"conc-place 1\n"
Do = Callable[[Dict[str, Any]], Dict[str, Any]]
#: By the program's arguments.
_DO: Dict[str, Dict[str, Do]] = {
    "": {"apply": apply, "restore": restore, "take_up": take_up},
    "units": {"units": lambda order: rooted.perform(order, _caller())},
}


def main() -> None:
    """Prints one JSON object; ``{"error": TEXT}`` where it could not be done."""
    for line in iter(sys.stdin.buffer.readline, b""):
        if line == MARK:
            break
    try:
        asked = json.loads(sys.stdin.buffer.read())
        done = _DO[" ".join(sys.argv[1:])][asked["do"]](asked["order"])
    except Exception as error:
        done = {"error": "%s: %s" % (type(error).__name__, error)}
    print(json.dumps(done))


def _caller() -> Optional[int]:
    """Who called sudo (sudo(8), SUDO_UID). None: root itself."""
    return int(os.environ["SUDO_UID"]) if os.environ.get("SUDO_UID", "0") != "0" else None
