"""The shop's sequences: conc's own jobs, with the shop's put in between. conc.ini names one by ``devops.jobs``."""

from concops import Command, Host, Job, after, before, default
from concops.migrate import DjangoMigrate
from shop.devops import ops

# Every migration so far only adds columns that may be null: the release before works with them, after a rollback too.
migrate = DjangoMigrate("shop.settings", compatible=True)

jobs = after(
    before(default, "preflight", Job(Host.local, ops.check_catalogue)),
    "verify",
    Job(Host.remote, migrate),
    Job(Host.remote, ops.load_catalogue),
)
"""On any node, also a directory of one's own machine."""

server_jobs = before(
    jobs,
    "switch",
    Job(Host.remote, Command("/usr/bin/install", "-d", "-m", "0755", "/var/log/shop", sudo=True, again="safe")),
)
"""On servers of its own, where the shop's log has its place beside the other logs."""
