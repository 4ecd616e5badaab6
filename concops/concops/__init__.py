"""Change on Command: what an application's devops code imports of conc.

A job says where a step runs and what it does. The ordered list of jobs, part of the application's own code base and
tested with it, says how a node changes::

    from concops import Host, Job, Status, after, default

    def migrate(ncd, sudoPass):
        return Status.ok

    jobs = after(default, "verify", Job(Host.remote, migrate))
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Dict

if TYPE_CHECKING:
    from concops import builtin as builtin
    from concops.article import (
        PipInstall,
        SetupInstall,
        UnTar,
        close_bundle,
        copy_product,
        create_venv,
        mount_SSHFS,
        open_bundle,
        unmount_SSHFS,
    )
    from concops.command import Command
    from concops.host import Host
    from concops.job import Job, Op
    from concops.policy import Policy, op
    from concops.result import Result
    from concops.sequence import after, before, check, default, without
    from concops.status import Status

__all__ = [
    "Command",
    "Host",
    "Job",
    "Op",
    "PipInstall",
    "Policy",
    "Result",
    "SetupInstall",
    "Status",
    "UnTar",
    "after",
    "before",
    "builtin",
    "check",
    "close_bundle",
    "copy_product",
    "create_venv",
    "default",
    "mount_SSHFS",
    "op",
    "open_bundle",
    "unmount_SSHFS",
    "without",
]

_HOMES: Dict[str, str] = {
    "Command": "command",
    "Host": "host",
    "Job": "job",
    "Op": "job",
    "PipInstall": "article",
    "Policy": "policy",
    "Result": "result",
    "SetupInstall": "article",
    "Status": "status",
    "UnTar": "article",
    "after": "sequence",
    "before": "sequence",
    "check": "sequence",
    "close_bundle": "article",
    "copy_product": "article",
    "create_venv": "article",
    "default": "sequence",
    "mount_SSHFS": "article",
    "op": "policy",
    "open_bundle": "article",
    "unmount_SSHFS": "article",
    "without": "sequence",
}


def __getattr__(name: str) -> Any:
    """Names are imported when they are asked for (PEP 562): what starts workers on a node needs none of them, and
    what it needs is sent there module by module."""
    if name == "builtin":
        return importlib.import_module("concops.builtin")
    if name not in _HOMES:
        raise AttributeError("module 'concops' has no attribute %r" % name)
    value = getattr(importlib.import_module("concops." + _HOMES[name]), name)
    globals()[name] = value
    return value
