"""A command that says whether the application is well: by its exit code, in the release's environment."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
import time
from typing import IO, List, Tuple

from conc_agent import release
from conc_agent.context import Context
from conc_agent.release_environment import release_environment

LINES = 20
#: Seconds between SIGTERM and SIGKILL.
GRACE = 2.0


def ask_command(context: Context, command: str, timeout: float) -> Tuple[bool, str, List[str]]:
    """Is it well, in words, and the last lines that it printed."""
    environment = release_environment(context.root, context.release)
    folder = release.folder(context.root, context.release)
    with tempfile.TemporaryFile() as output:
        started = time.monotonic()
        try:
            process = subprocess.Popen(
                shlex.split(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=str(folder),
                env=environment,
                executable=_executable(shlex.split(command)[0], environment),
                start_new_session=True,
            )
        except OSError as error:
            return False, "%s can't be started: %s" % (command, error.strerror), []
        try:
            ended = _wait(process, context, timeout)
        finally:
            _end_group(process)
        seconds = time.monotonic() - started
        if not ended:
            return False, "%s did not end within %g s" % (command, timeout), _tail(output)
        if process.returncode != 0:
            return False, "%s: exit %d" % (command, process.returncode), _tail(output)
        return True, "%s: exit 0 in %.1f s" % (command, seconds), []


def _executable(word: str, environment: dict[str, str]) -> str:
    """``subprocess`` would look it up in the agent's own PATH."""
    if "/" in word:
        return word
    places = [os.path.join(place, word) for place in environment["PATH"].split(os.pathsep)]
    return next((place for place in places if os.access(place, os.X_OK)), word)


def _wait(process: subprocess.Popen[bytes], context: Context, timeout: float) -> bool:
    deadline = time.monotonic() + timeout
    while process.poll() is None:
        if time.monotonic() > deadline:
            return False
        context.check_cancelled()
        time.sleep(0.02)
    return True


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Whatever of its group is left, also where the command itself has ended."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            break
        deadline = time.monotonic() + GRACE
        while sign == signal.SIGTERM and _group_lives(process) and time.monotonic() < deadline:
            time.sleep(0.02)
    process.wait()


def _group_lives(process: subprocess.Popen[bytes]) -> bool:
    process.poll()
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return False
    return True


def _tail(output: IO[bytes]) -> List[str]:
    output.seek(0)
    text = output.read()[-(1 << 16) :].decode("utf-8", "backslashreplace")
    return ["| " + line.rstrip() for line in text.splitlines()[-LINES:]]
