"""``abandon``: gives a change up, by the agent that belongs to it: whatever conc began it. ``conc abandon``."""

from __future__ import annotations

from typing import Any, Dict

from conc_agent import release
from conc_agent.change.abandon import finish, give_up
from conc_agent.change.blocked import blocked
from conc_agent.change.session import taken
from conc_agent.change.truth import Reply
from conc_agent.channel import Channel
from conc_agent.guard import relay
from conc_agent.guard.program import trusted_in


def serve(channel: Channel, request: Dict[str, Any]) -> Reply:
    """``request``: ``{root, by, because?, expect?}``. Where its own agent was damaged, this one does it."""
    root = release.root_path(request["root"])
    program = trusted_in(root)
    if program is not None:
        return relay.call(program, channel, request)
    return taken(root, channel, lambda change: give_up(change, channel, request), blocked, finish)
