"""It was told to end, and does so once its sack is ground: when the file ``ground`` is there."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

told = []
signal.signal(signal.SIGTERM, lambda *_: told.append(1))
while not (told and Path(os.environ["CONC_SHARED"], "ground").exists()):
    time.sleep(0.05)
