"""What the job ``restart`` is under service managers that start what they are told: place what differs, then bring up
one instance after the other."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence

from conc_agent import applog, outcome
from conc_agent.context import Context
from conc_agent.outcome import Outcome

Process = Dict[str, Any]


class Instance(NamedTuple):
    """One of a process's: its name for people, that of its log, and what its service manager knows it by."""

    name: str
    log: str
    unit: Any


class Restarting:
    """A kind of service says how it places (``place``) and brings up (``bring_up``)."""

    def __init__(self, context: Context, processes: List[Process]) -> None:
        self.context = context
        self.root = context.root
        self.processes = processes
        #: What a person reads of it.
        self.said: List[str] = []

    def run(self) -> Outcome:
        """What went wrong ends it: the others go on as they are."""
        applog.folder(self.root).mkdir(parents=True, exist_ok=True)
        changed = self.place()
        for process in self.processes:
            trouble = self.bring_up(process, changed)
            if trouble is not None:
                return trouble
        if not self.said:
            return outcome.stopped("every process runs %s already" % self.context.release)
        return outcome.ok("; ".join(self.said))

    def place(self) -> List[str]:
        """Have there what differs, end and remove what is no more; the names of what differs."""
        raise NotImplementedError

    def bring_up(self, process: Process, changed: List[str]) -> Optional[Outcome]:
        """``changed``: from ``place``. What went wrong, else None."""
        raise NotImplementedError

    def one_after_the_other(
        self,
        process: Process,
        instances: Sequence[Instance],
        stays: Callable[[Instance], bool],
        renew: Callable[[Instance], Optional[str]],
        hint: Callable[[Instance], str] = lambda _: "",
    ) -> Optional[Outcome]:
        """Renew all but those that stay. ``renew`` says what went wrong; ``hint``, where to look if no log tells it."""
        touched = 0
        for number, instance in enumerate(instances, 1):
            if stays(instance):
                continue
            touched += 1
            before = applog.mark(self.root)
            trouble = renew(instance)
            if trouble:
                log = applog.lines_since(self.root, before, [instance.log])
                text = "%s did not start: %s" % (instance.name, trouble)
                return outcome.failed(text, log, hint="" if log else hint(instance))
            self.context.progress(number, len(instances), "processes")
        if touched:
            self.said.append(process["name"] + (" \u00d7%d, one after the other" % touched if touched > 1 else ""))
        return None
