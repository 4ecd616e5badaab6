"""The program that compiles: what ``py_compile`` does, and no more of Python loaded than it takes."""

from __future__ import annotations

import errno
import sys
from typing import List, NamedTuple, Union

#: For each path that comes as a line, one line goes back: size, inode and sha256 of the bytecode; ``!`` and the error
#: that writing it came to; or ``-``, where the source does not compile. Bytecode has the time stamps of its source.
WORKER = """
import _frozen_importlib_external as importer
import hashlib, os, sys

def compiled(path):
    with open(path, "rb") as file:
        data = file.read()
        about = os.fstat(file.fileno())
    try:
        code = importer.SourceFileLoader("<py_compile>", path).source_to_code(data, path)
    except Exception:
        return "-"
    data = bytes(importer._code_to_timestamp_pyc(code, int(about.st_mtime), about.st_size))
    target = importer.cache_from_source(path, optimization="")
    aside = target + ".new"
    descriptor = created(aside, about.st_mode & 0o666)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left):]
        os.utime(descriptor, ns=(about.st_mtime_ns, about.st_mtime_ns))
        inode = os.fstat(descriptor).st_ino
        os.replace(aside, target)
    except OSError:
        os.unlink(aside)
        raise
    finally:
        os.close(descriptor)
    return "%d %d %s" % (len(data), inode, hashlib.sha256(data).hexdigest())

def created(path, mode):
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        return os.open(path, flags, mode)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)
    except FileExistsError:
        os.unlink(path)
    return os.open(path, flags, mode)

os.umask(0o022)
for line in sys.stdin.buffer:
    try:
        answer = compiled(os.fsdecode(line[:-1]))
    except OSError as error:
        answer = "!%d" % (error.errno or 0)
    os.write(1, answer.encode("ascii") + b"\\n")
"""

_OPTIONS = ("-I", "-S", "-X", "utf8", "-W", "ignore", "-c")

_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS)


class Bytecode(NamedTuple):
    """What was written."""

    size: int
    inode: int
    sha256: str


def command() -> List[str]:
    return [sys.executable, *_OPTIONS, WORKER]


def read_answer(line: str) -> Union[Bytecode, int, None]:
    """An errno: the disk did not take it. None: there is no bytecode, as pip leaves a file that does not compile."""
    if line.startswith("!"):
        return int(line[1:]) if int(line[1:]) in _DISK else None
    if line == "-":
        return None
    size, inode, sha256 = line.split(" ")
    return Bytecode(int(size), int(inode), sha256)
