"""The sequences of tea: each is a list of its own, chosen in conc.ini."""

from concops import Host, Job, after, before, default
from tea.devops import ops

jobs = before(
    after(
        [Job(Host.local, ops.note_time), Job(Host.remote, ops.look), *default],
        "verify",
        Job(Host.remote, ops.brew),
        Job(Host.local, ops.call_home),
    ),
    "switch",
    Job(Host.remote, ops.taste),
)

once = before(default, "switch", Job(Host.remote, ops.Migrate(compatible=False)))

locks = after(default, "restart", Job(Host.remote, ops.change_locks))

plain = [Job(Host.local, ops.note_time), Job(Host.remote, ops.look)]

wrong = [*default, Job(Host.local, default[0].op), Job("nowhere", ops.taste), Job(Host.remote, lambda ncd: None)]

long = before(default, "switch", Job(Host.remote, ops.steep), Job(Host.remote, ops.sip))
