"""The account that processes of the machine's own manager run as: ``service.user``, or the deploying user."""

from __future__ import annotations

import os
import pwd
import stat
from pathlib import Path
from typing import Any, Dict, List

from conc_agent.services import manifest
from conc_agent.services.manifest import Unfit
from conc_agent.sudo import program

Process = Dict[str, Any]

#: Seconds that a process has to end, where it isn't said.
STOP = 10.0


def with_accounts(processes: List[Process]) -> List[Process]:
    """Each with its ``user``."""
    return [dict(process, user=process.get("user") or deploying()) for process in processes]


def deploying() -> str:
    return pwd.getpwuid(os.geteuid()).pw_name


def uid(name: str) -> int:
    """-1: there is no such account."""
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        return -1


def needs(root: Path, processes: List[Process]) -> List[str]:
    """What keeps root from running these for us: a line each."""
    unmet = []
    if os.geteuid() != 0 and program.find() is None:
        unmet.append("this node has no sudo, and what starts the processes is root's")
    for name in sorted({process["user"] for process in with_accounts(processes)}):
        try:
            found = manifest.account(name)
        except Unfit as unfit:
            unmet.append("service.user: %s" % unfit)
            continue
        if found.pw_uid != os.geteuid():
            unmet += _way(root, found)
    return unmet


def _way(root: Path, account: pwd.struct_passwd) -> List[str]:
    """Every folder down to the root has to let that account through."""
    shut = [
        str(folder)
        for folder in [root, *root.parents]
        if folder.exists() and not _lets_through(os.stat(str(folder)), account)
    ]
    return ["%s can't get into %s: chmod o+x %s" % (account.pw_name, each, each) for each in shut]


def _lets_through(folder: os.stat_result, account: pwd.struct_passwd) -> bool:
    if folder.st_uid == account.pw_uid:
        return bool(folder.st_mode & stat.S_IXUSR)
    groups = os.getgrouplist(account.pw_name, account.pw_gid)
    return bool(folder.st_mode & (stat.S_IXGRP if folder.st_gid in groups else stat.S_IXOTH))
