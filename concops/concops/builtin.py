"""conc's own ops, as values that can stand in an application's list of jobs::

    from concops import Host, Job, builtin

    jobs = [Job(Host.remote, builtin.preflight), Job(Host.remote, builtin.deliver), …]

conc performs them itself: observing first, and undoing what fails after the switch. They run on the node only.
"""

from __future__ import annotations

from typing import Any, Dict, Optional, Tuple

from concops.host import Host
from concops.policy import Policy


class Builtin:
    """One of conc's own ops. It can stand in a list, and not be called."""

    def __init__(self, name: str, phase: Optional[str], timeout: Optional[int], doc: str) -> None:
        self.__name__ = name
        self.__doc__ = doc
        self.policy = Policy(phase=phase, again="safe", timeout=timeout, where=Host.remote)

    def __call__(self, ncd: Dict[str, Any], sudoPass: Optional[str]) -> str:
        raise TypeError("conc performs %s itself: it stands in a list of jobs, and is not called" % self.__name__)

    def __repr__(self) -> str:
        return "builtin.%s" % self.__name__


# How long a service may take to stop and start, and how often its health is asked, stand in the node's attributes.
preflight = Builtin("preflight", "stage", 60, "Has the node what the release needs: disk, inodes, Python, libraries?")
deliver = Builtin("deliver", "stage", None, "Send the wheels that the node lacks.")
install = Builtin("install", "stage", None, "Make the release: a fresh venv, offline, every file by its hash.")
verify = Builtin("verify", "stage", None, "Every file as the manifest says?")
# After a migration it is each node's own affair, before one it belongs to the staging: as what stands before it.
test_release = Builtin(
    "test_release", None, None, "Run the suites of ``test.levels`` in the new release, before anything is switched."
)
# conc puts it after ``verify`` by itself, where there are any.
static = Builtin("static", "stage", None, "Collect static files, and put them beside those of other releases.")
switch = Builtin("switch", "switch", 60, "Point ``current`` at the release, by one rename.")
# conc puts it there by itself, where there is a tree: it is named by lists that want something in between.
etc = Builtin("etc", "switch", 300, "Place the files of the etc tree; take away those that left it.")
restart = Builtin("restart", "switch", None, "Restart the service's processes, one after the other.")
health = Builtin("health", "switch", None, "Ask the application how it is.")
confirm = Builtin("confirm", "switch", 60, "Call the release proven: nothing undoes the switch from here on.")
prune = Builtin("prune", "after", None, "Remove releases that nobody goes back to.")

every: Tuple[Builtin, ...] = (
    *(preflight, deliver, install, verify, static, test_release),
    *(switch, etc, restart, health, confirm, prune),
)
"""In the order in which they stand, where they do. The default sequence has all but ``static``, ``test_release``
and ``etc``."""
