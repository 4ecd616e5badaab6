"""Deletes what lies in a folder, in a process of its own that nobody waits for.

It may be killed anywhere, and two at once do no harm: nothing that lies there has a name that anything could use.
"""

from __future__ import annotations

import os
import shutil
import signal
import stat
from typing import List, Optional

from conc_agent import copies

#: Others go first, but not for long: a file system's journal waits for who writes to it (nice(2)).
_NICE = 10
#: Those that this process started, until it has seen their end.
_started: List[int] = []


def start(folder: str) -> Optional[int]:
    """The process that empties a folder. It is not ended by what ends this one's session, and keeps neither lock nor
    connection open. None: there is no process to be had."""
    _started[:] = [each for each in _started if not _has_ended(each)]
    try:
        process = copies.fork()
    except OSError:
        return None
    if process == 0:
        _be_the_sweeper(folder)
    _started.append(process)
    return process


def _has_ended(process: int) -> bool:
    try:
        return os.waitpid(process, os.WNOHANG)[0] == process
    except ChildProcessError:
        return True


def _be_the_sweeper(folder: str) -> None:
    """Doesn't return."""
    try:
        copies.close_all_but()
        os.setsid()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        for _ in range(3):
            os.open(os.devnull, os.O_RDWR)
        os.chdir("/")
        os.nice(_NICE)
        empty(folder)
        os._exit(0)
    finally:
        os._exit(1)


def empty(folder: str) -> None:
    """Delete what is in a folder, and not itself. Links are not followed. What can't be deleted stays."""
    if os.path.isdir(folder) and not os.path.islink(folder):
        for name in os.listdir(folder):
            delete(os.path.join(folder, name))


def delete(path: str) -> None:
    """Whatever it is, if it is there. Links are not followed. What can't be deleted stays."""
    shutil.rmtree(path, ignore_errors=True)
    if os.path.isdir(path) and not os.path.islink(path):
        make_writable(path)
        for folder, folders, _ in os.walk(path):
            for name in folders:
                make_writable(os.path.join(folder, name))
        shutil.rmtree(path, ignore_errors=True)
    elif os.path.lexists(path):
        _unlink(path)


def make_writable(folder: str) -> None:
    """Of folders only: a file's mode is shared by every link to it, and a link leads elsewhere."""
    try:
        mode = os.lstat(folder).st_mode
        if stat.S_ISDIR(mode):
            os.chmod(folder, stat.S_IMODE(mode) | stat.S_IRWXU)
    except FileNotFoundError:
        pass  # somebody else deletes it too


def _unlink(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass
