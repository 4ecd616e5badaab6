"""Is the token there, and well? Says it aloud where it is not, as careless programs do."""

from __future__ import annotations

import hashlib
import os
import sys
from typing import Dict


def seen() -> Dict[str, str]:
    names = ("VAULT_TOKEN", "VAULT_KEY")
    found = {name: os.environ[name] for name in names if name in os.environ}
    return {name[6:].lower(): hashlib.sha256(value.encode()).hexdigest()[:8] for name, value in found.items()}


def main() -> None:
    token = os.environ.get("VAULT_TOKEN", "")
    print("the token is %s" % token)
    sys.exit("it is no good: %r" % token if token.startswith("bad") else 0)
