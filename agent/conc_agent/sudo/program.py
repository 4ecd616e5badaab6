"""One call of sudo, without a terminal: the password, if any, goes to it on a pipe."""

from __future__ import annotations

import os
import subprocess
from typing import List, NamedTuple, Optional

#: sudo's words are read: they must be the untranslated ones.
WORDS = {"LC_ALL": "C", "LANGUAGE": "C", "PATH": os.environ.get("PATH", os.defpath) + ":/usr/local/bin:/usr/bin:/bin"}
#: Seconds. PAM waits 2 s after a wrong password; a second factor that nobody gives waits for ever.
LIMIT = 60.0


class Answer(NamedTuple):
    """``words``: what it printed on stderr."""

    good: bool
    output: str
    words: str

    def says(self, *texts: str) -> bool:
        return any(text in self.words for text in texts)


class Silent(Exception):
    """It did not end in time. It runs as root, and can't be ended from here."""


def find() -> Optional[str]:
    """The path of ``sudo``; where it has no such name, of ``sudo-rs``. None: there is neither."""
    for name in ("sudo", "sudo-rs"):
        for folder in WORDS["PATH"].split(os.pathsep):
            path = os.path.join(folder, name)
            if os.path.isfile(path) and os.access(path, os.X_OK):
                return path
    return None


def ask(
    program: str, options: List[str], password: Optional[str] = None, data: bytes = b"", limit: float = LIMIT
) -> Answer:
    """``-k``: what sudo remembers of an earlier password counts for nothing, and is not changed.

    ``data``: what the program that sudo runs reads, behind the password.
    """
    how = ["-n"] if password is None else ["-S", "-p", ""]
    process = subprocess.Popen(
        [program, "-k", *how, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=WORDS,
        start_new_session=True,
    )
    given = b"" if password is None else password.encode("utf-8", "surrogateescape") + b"\n"
    try:
        output, words = process.communicate(given + data, limit)
    except subprocess.TimeoutExpired as error:
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
        raise Silent() from error
    return Answer(process.returncode == 0, _text(output), _text(words).strip())


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")
