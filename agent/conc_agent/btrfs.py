"""Room for metadata on btrfs, which statfs(2) doesn't tell: names and small files need it, and an undo fails without.

By ioctls that any user may ask (linux/btrfs.h), so that neither root nor sysfs is needed.
"""

from __future__ import annotations

import fcntl
import os
import struct
from pathlib import Path
from typing import List, NamedTuple, Optional, Tuple

#: As x86, ARM, RISC-V and s390 number them. Elsewhere the call fails, and nothing is told.
_FS_INFO, _DEV_INFO, _SPACE_INFO = 0x8400941F, 0xD000941E, 0xC0109414
_DATA, _METADATA, _RESERVE = 1 << 0, 1 << 2, 1 << 49
#: How often a byte is written: DUP, RAID1, RAID10; RAID1C3; RAID1C4.
_COPIES = ((1 << 5 | 1 << 4 | 1 << 6, 2), (1 << 9, 3), (1 << 10, 4))


class Group(NamedTuple):
    """One kind of block groups: bytes."""

    flags: int
    total: int
    used: int


def metadata_room(path: Path, data: int) -> Optional[int]:
    """Bytes that names and small files may take yet, once ``data`` bytes of others are there. None: it isn't btrfs."""
    try:
        descriptor = os.open(str(path), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        groups, unallocated = _groups(descriptor), _unallocated(descriptor)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return room(groups, unallocated, data)


def room(groups: List[Group], unallocated: int, data: int) -> int:
    """What lies in metadata's groups, but for the kernel's own reserve; and what they may grow by."""
    mixed = [group for group in groups if group.flags & _METADATA and group.flags & _DATA]
    if mixed:
        data += sum(group.total for group in groups if group.flags & _RESERVE)
        return max(0, sum(group.total - group.used for group in mixed) + unallocated - data)
    free = sum(group.total - group.used for group in groups if group.flags & _METADATA)
    free -= sum(group.total for group in groups if group.flags & _RESERVE)
    of_data = sum(group.total - group.used for group in groups if group.flags & _DATA)
    copies = max([_copies(group.flags) for group in groups if group.flags & _METADATA] or [1])
    return max(0, free + max(0, unallocated - max(0, data - of_data)) // copies)


def _copies(flags: int) -> int:
    return next((copies for mask, copies in _COPIES if flags & mask), 1)


def _groups(descriptor: int) -> List[Group]:
    count = _asked(descriptor, _SPACE_INFO, struct.pack("QQ", 0, 0), "QQ", 0)[1]
    # The room for the answer follows the two numbers.
    answer = bytearray(struct.pack("QQ", count, 0) + bytes(24 * count))
    fcntl.ioctl(descriptor, _SPACE_INFO, answer)
    found = struct.unpack_from("QQ", answer)[1]
    return [Group(*struct.unpack_from("QQQ", answer, 16 + 24 * number)) for number in range(min(found, count))]


def _unallocated(descriptor: int) -> int:
    last, _ = _asked(descriptor, _FS_INFO, bytes(1024), "QQ", 0)
    free = 0
    for number in range(1, last + 1):
        try:
            taken, total = _asked(descriptor, _DEV_INFO, struct.pack("Q", number) + bytes(4088), "QQ", 24)
        except OSError:
            # Numbers of devices that were removed are not given again.
            continue
        free += total - taken
    return free


def _asked(descriptor: int, what: int, question: bytes, shape: str, at: int) -> Tuple[int, int]:
    answer = bytearray(question)
    fcntl.ioctl(descriptor, what, answer)
    first, second = struct.unpack_from(shape, answer, at)
    return first, second
