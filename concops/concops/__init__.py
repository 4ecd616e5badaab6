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
    from concops.host import Host
    from concops.job import Job, Op
    from concops.policy import Policy, op
    from concops.result import Result
    from concops.sequence import after, before, check, default, without
    from concops.status import Status

__all__ = [
    "Host",
    "Job",
    "Op",
    "Policy",
    "Result",
    "Status",
    "after",
    "before",
    "builtin",
    "check",
    "default",
    "op",
    "without",
]

_HOMES: Dict[str, str] = {
    "Host": "host",
    "Job": "job",
    "Op": "job",
    "Policy": "policy",
    "Result": "result",
    "Status": "status",
    "after": "sequence",
    "before": "sequence",
    "check": "sequence",
    "default": "sequence",
    "op": "policy",
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
