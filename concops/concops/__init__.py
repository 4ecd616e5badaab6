"""Change on Command: what an application's devops code imports of conc.

A job says where a step runs and what it does. The ordered list of jobs, part of the application's own code base and
tested with it, says how a node changes::

    from concops import Host, Job, Status

    def migrate(ncd, sudoPass):
        return Status.ok

    jobs = [Job(Host.remote, migrate)]
"""

from concops.host import Host
from concops.job import Job, Op
from concops.status import Status

__all__ = ["Host", "Job", "Op", "Status"]
