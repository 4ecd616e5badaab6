"""Which release this process runs: the version in its package's metadata, and the release that conc made of it."""

from __future__ import annotations

import os
from importlib.metadata import version

VERSION = version("courier")
RELEASE = os.environ.get("CONC_RELEASE", "not deployed")
