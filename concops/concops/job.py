"""One step of a sequence."""

from typing import Any, Callable, Dict, List, NamedTuple, Optional

from concops.host import Host

Op = Callable[[Dict[str, Any], Optional[str]], str]
"""A function or function object ``op(ncd, sudoPass)`` that returns a status of ``Status``.

``ncd`` holds the node's evaluated attributes, and ``name``, ``host`` and ``venv``; it may be written to, and what is
written there (JSON values) later ops find, on either side.
``sudoPass`` is the password for sudo where the op declares that it needs one, else None.
"""


class Job(NamedTuple):
    """Where a step runs, one of ``Host``, and its op. A pair: ``host, op = job``."""

    host: str
    op: Op

    @property
    def name(self) -> str:
        """What the job is called, everywhere: see ``name_of``."""
        return name_of(self.op)


def names_of(jobs: Any) -> List[str]:
    """What the jobs of a list are called: as their ops, and where an op stands in it for both sides, as the article's
    ``open_bundle`` does, the local one ``open_bundle@local``."""
    own = [(host, name_of(op)) for host, op in jobs]
    return ["%s@%s" % (name, host) if host == Host.local and (Host.remote, name) in own else name for host, name in own]


def name_of(op: Any) -> str:
    """The op's own name, or the repr of a function object.

    Names are unique in a sequence, and the same wherever it is read: a function object whose class has no
    ``__repr__`` of its own shows an address in memory, and can't be one.
    """
    return getattr(op, "__name__", None) or repr(op)
