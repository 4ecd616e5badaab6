"""``confirm``: the release is proven, and a reboot keeps it. The rename of ``serving.json`` is the moment."""

from __future__ import annotations

from typing import Any, Dict

from conc_agent import durable, release, serving, states
from conc_agent.context import ConfirmingContext
from conc_agent.outcome import Outcome, failed, ok, stopped


def run(context: ConfirmingContext, request: Dict[str, Any]) -> Outcome:
    """``{within?, fresh?}``. Who made the change must still reach the node: it may have locked them out."""
    root, about = context.root, context.release
    state = serving.read(root)
    if release.current(root) != about or state is None or state.chosen != about:
        return failed("current is %s, and launchers start %s" % (release.current(root), state and state.chosen))
    if state.confirmed and states.read(root, about)["state"] == states.PROVEN:
        return stopped("%s is proven already" % about)
    fresh = bool(request.get("fresh"))
    answer = context.ask_confirmation(fresh)
    if not answer["well"]:
        return failed("the node can't be reached any more: %s" % answer.get("why", ""), code="confirm.unreachable")
    states.write(root, about, states.PROVEN, _by(context))
    serving.write(root, serving.settled(state.source, about))
    return ok("over a new connection" if fresh else "")


def _by(context: ConfirmingContext) -> str:
    """Whose change it is, by what the change pinned."""
    pinned = durable.read_json(context.root / "change" / "request.json") or {}
    return pinned.get("change", {}).get("by", "unknown")
