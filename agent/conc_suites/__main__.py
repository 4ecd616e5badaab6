"""``{PATH: TEXT}`` on stdin, ``{"suites": […]}`` on stdout: JSON. See ``find.suites``."""

from __future__ import annotations

import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from conc_suites.find import suites

if __name__ == "__main__":
    json.dump({"suites": suites(json.load(sys.stdin))}, sys.stdout)
