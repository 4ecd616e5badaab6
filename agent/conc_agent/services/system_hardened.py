"""Is a process hardened as its unit says? By the kernel's word, which every user may ask for (proc(5))."""

from __future__ import annotations

import pwd
import re


def is_hardened(pid: int, user: str) -> bool:
    """It is that user's, gets no new privileges, could have no capabilities, and may not write where files are."""
    try:
        status, mounts = _read(pid, "status"), _read(pid, "mountinfo")
        uid = pwd.getpwnam(user).pw_uid
    except (OSError, KeyError):
        return False
    uids = re.search(r"^Uid:\t(.*)$", status, re.MULTILINE)
    return (
        uids is not None
        and set(uids.group(1).split()) == {str(uid)}
        and re.search(r"^NoNewPrivs:\t1$", status, re.MULTILINE) is not None
        and re.search(r"^CapBnd:\t0+$", status, re.MULTILINE) is not None
        and any(_is_read_only_root(line.split(" ")) for line in mounts.splitlines())
    )


def _is_read_only_root(fields: list[str]) -> bool:
    return fields[4] == "/" and "ro" in fields[5].split(",")


def _read(pid: int, name: str) -> str:
    with open("/proc/%d/%s" % (pid, name), encoding="ascii", errors="replace") as file:
        return file.read()
