"""Which variables may be secrets of an application. The rule stands twice: ``src/env/names.ts`` says it to people."""

from __future__ import annotations

import re
from typing import Mapping

#: POSIX, Base Definitions, 8.1: a name in the environment that every shell can use.
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
#: How a process is started, and what is loaded into it, is conc's, the loader's and the interpreter's: no secret.
RESERVED = ("PATH", "VIRTUAL_ENV", "CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET", "BASH_ENV", "ENV", "IFS")
RESERVED_PREFIXES = ("CONC_", "LD_", "LISTEN_", "PYTHON")
#: Bytes of ``NAME=value`` and the NUL behind it that execve(2) takes (MAX_ARG_STRLEN).
LONGEST = 1 << 17
#: Of all together: JSON makes six of one at most, and a credential of systemd's has 1 MiB (systemd.exec(5)).
LARGEST = 160 << 10


def check(values: Mapping[str, object]) -> None:
    """Raises ValueError; no value is in its text."""
    total = 0
    for name, value in values.items():
        if not NAME.match(name):
            raise ValueError("%r is no name of a variable" % name)
        if name in RESERVED or name.startswith(RESERVED_PREFIXES):
            raise ValueError("%s says how a process is started: it can't be a secret" % name)
        if not is_text(value):
            raise ValueError("the value of %s is no text without NUL" % name)
        size = len(name) + len(str(value).encode("utf-8")) + 2
        if size > LONGEST:
            raise ValueError("the value of %s is too long: a variable has %d bytes at most" % (name, LONGEST))
        total += size
    if total > LARGEST:
        raise ValueError("the values have %d bytes together, and may have %d" % (total, LARGEST))


def is_text(value: object) -> bool:
    """Can it be handed over in an environment, as UTF-8?"""
    if not isinstance(value, str) or "\0" in value:
        return False
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
