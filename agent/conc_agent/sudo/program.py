"""One call of sudo, without a terminal: the password, if any, goes to it on a pipe."""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
import termios
import time
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
        if given and data:
            _hand_over(process, given, limit)
            given = b""
        output, words = process.communicate(given + data, limit)
    except subprocess.TimeoutExpired as error:
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
        raise Silent() from error
    return Answer(process.returncode == 0, _text(output), _text(words).strip())


def _hand_over(process: subprocess.Popen[bytes], line: bytes, limit: float) -> None:
    """sudo-rs reads ahead as far as there is something: what is meant for its command comes once the line is taken."""
    pipe = process.stdin
    if pipe is None:
        return
    try:
        os.write(pipe.fileno(), line)
        until = time.monotonic() + limit
        while process.poll() is None and _waiting(pipe.fileno()) > 0:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired(process.args, limit)
            time.sleep(0.002)
    except BrokenPipeError:
        # It has ended, and says why.
        return


def _waiting(descriptor: int) -> int:
    """Bytes in a pipe that nobody has read yet (ioctl_tty(2), FIONREAD)."""
    return struct.unpack("i", fcntl.ioctl(descriptor, termios.FIONREAD, b"\0" * 4))[0]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")
