"""The program that frees the room of what lies in a folder: ``python -c SOURCE FOLDER``, as a process of its own.

It may be killed anywhere, and two at once do no harm: nothing that lies there has a name that anything could use.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys

#: Others go first, but not for long: a file system's journal waits for who writes to it (nice(2)).
_NICE = 10


def empty(folder: str) -> None:
    """Delete what is in a folder, and not itself. Links are not followed. What can't be deleted stays."""
    if os.path.isdir(folder) and not os.path.islink(folder):
        for name in os.listdir(folder):
            _delete(os.path.join(folder, name))


def _delete(path: str) -> None:
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


if __name__ == "__main__":
    os.nice(_NICE)
    empty(sys.argv[1])
