"""One step of a sequence."""

from typing import Any, Callable, Dict, NamedTuple, Optional

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


def name_of(op: Any) -> str:
    """The op's own name, or the repr of a function object.

    Names are unique in a sequence, and the same wherever it is read: a function object whose class has no
    ``__repr__`` of its own shows an address in memory, and can't be one.
    """
    return getattr(op, "__name__", None) or repr(op)
