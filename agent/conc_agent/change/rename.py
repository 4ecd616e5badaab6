"""rename(2) that never replaces: RENAME_NOREPLACE of renameat2(2), by ctypes, because Python has no name for it."""

from __future__ import annotations

import errno
import os
import platform
from pathlib import Path
from typing import Callable, Optional

AT_FDCWD = -100
RENAME_NOREPLACE = 1
#: syscall(2) numbers, for a C library without a wrapper (glibc < 2.28, musl).
NUMBERS = {"x86_64": 316, "aarch64": 276, "riscv64": 276, "ppc64le": 357, "s390x": 347, "i686": 353, "armv7l": 382}
#: Someone else's is there: an empty or a filled folder, or a file.
TAKEN = (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR)
#: The C library, the kernel or the file system doesn't know the call.
MISSING = (errno.ENOSYS, errno.EINVAL)


class Taken(Exception):
    """The name is in use."""


def rename_new(source: Path, target: Path) -> None:
    """Give a folder a name that is free; raises ``Taken``. Where the call is missing an empty folder counts as free."""
    call = _renameat2()
    code = errno.ENOSYS if call is None else call(os.fsencode(str(source)), os.fsencode(str(target)))
    try:
        if code in MISSING:
            os.rename(str(source), str(target))
        elif code:
            raise OSError(code, os.strerror(code), str(target))
    except OSError as error:
        if error.errno in TAKEN:
            raise Taken(str(target)) from error
        raise


def _renameat2() -> Optional[Callable[[bytes, bytes], int]]:
    """A function that returns 0 or an errno."""
    try:
        import ctypes

        library = ctypes.CDLL(None, use_errno=True)
    except (ImportError, OSError):
        return None
    number = NUMBERS.get(platform.machine())
    if hasattr(library, "renameat2"):
        return lambda source, target: (
            ctypes.get_errno() if library.renameat2(AT_FDCWD, source, AT_FDCWD, target, RENAME_NOREPLACE) else 0
        )
    if number is None:
        return None
    return lambda source, target: (
        ctypes.get_errno() if library.syscall(number, AT_FDCWD, source, AT_FDCWD, target, RENAME_NOREPLACE) else 0
    )
