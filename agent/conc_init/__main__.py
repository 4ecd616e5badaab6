"""``{"folder", "files"}`` on stdin, what was found on stdout: JSON. Files are paths below the folder, with ``/``."""

from __future__ import annotations

import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from conc_init.survey import survey

if __name__ == "__main__":
    request = json.load(sys.stdin)
    json.dump(survey(request["folder"], request["files"]), sys.stdout)
