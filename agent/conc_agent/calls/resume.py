"""``resume``: goes on with a change that was halted or interrupted, by what it pinned. ``conc continue``."""

from __future__ import annotations

from typing import Any, Dict

from conc_agent import release
from conc_agent.calls.run import blocked
from conc_agent.change import jobs
from conc_agent.change.lock import Change
from conc_agent.change.loop import Run
from conc_agent.change.session import taken
from conc_agent.change.truth import Reply
from conc_agent.channel import Channel


def serve(channel: Channel, request: Dict[str, Any]) -> Reply:
    def go_on(change: Change) -> Reply:
        run = Run(change, channel)
        jobs.check_until(run.jobs, request.get("until"))
        change.journal.write("resumed", by=request["by"])
        return run.go(request.get("until"))

    return taken(release.root_path(request["root"]), channel, go_on, blocked)
