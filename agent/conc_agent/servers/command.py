"""Programs of the machine, run with a fixed search path and untranslated words."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import List, NamedTuple, Optional, Sequence

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#: Nothing of a caller's gets to what root runs.
ENVIRONMENT = {"PATH": PATH, "LC_ALL": "C", "LANGUAGE": "C", "HOME": "/"}
#: Seconds.
LIMIT = 60.0


class Ran(NamedTuple):
    """``output``: what it printed, both streams; ``lines``: the same as text, without empty ones."""

    code: int
    output: bytes

    @property
    def lines(self) -> List[str]:
        text = self.output.decode("utf-8", "backslashreplace")
        return [line.rstrip() for line in text.splitlines() if line.strip()]


def find(name: str) -> Optional[str]:
    return shutil.which(name, path=PATH)


def run(argv: Sequence[str], data: bytes = b"", limit: float = LIMIT) -> Ran:
    """One that does not end within ``limit`` seconds is ended, and has not succeeded: code 124, as of timeout(1)."""
    process = subprocess.Popen(
        list(argv),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(ENVIRONMENT),
        cwd="/",
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(data, limit)
        code = process.returncode
    except subprocess.TimeoutExpired:
        process.kill()
        said, _ = process.communicate()
        code = 124
        said += ("\n%s did not end within %d s" % (os.path.basename(argv[0]), limit)).encode()
    return Ran(code, said)
