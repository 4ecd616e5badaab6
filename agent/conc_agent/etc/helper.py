"""The program that root runs, ``/usr/local/lib/conc/place``: these modules and nothing else (``privileged.py``).

It takes no arguments. What it is to do comes on stdin, as JSON behind the line ``MARK``: a password that sudo did not
ask for stands before that, and is passed over.
"""

from __future__ import annotations

import json
import sys
from typing import Any, Callable, Dict

from conc_agent.etc.apply import apply
from conc_agent.etc.restore import restore
from conc_agent.etc.take_up import take_up

MARK = b"conc-place 1\n"
_DO: Dict[str, Callable[[Dict[str, Any]], Dict[str, Any]]] = {
    "apply": apply,
    "restore": restore,
    "take_up": take_up,
}


def main() -> None:
    """Prints one JSON object; ``{"error": TEXT}`` where it could not be done."""
    for line in iter(sys.stdin.buffer.readline, b""):
        if line == MARK:
            break
    try:
        asked = json.loads(sys.stdin.buffer.read())
        done = _DO[asked["do"]](asked["order"])
    except Exception as error:
        done = {"error": "%s: %s" % (type(error).__name__, error)}
    print(json.dumps(done))
