"""``switch``: what launchers start, then ``current``, by one rename each; then static files without a hash."""

from __future__ import annotations

from typing import Any, Dict

from conc_agent import applog, release, serving
from conc_agent.context import Context
from conc_agent.outcome import Outcome, failed, ok, stopped
from conc_agent.static import shelf


def run(context: Context, request: Dict[str, Any]) -> Outcome:
    """``{from, to}``. At every instant ``current`` names a complete release, or never existed."""
    root, source, to = context.root, request["from"], request["to"]
    seen, state = release.current(root), serving.read(root)
    if release.record(root, to) is None:
        return failed("%s is not complete: it was not installed here" % to, code="switch.incomplete")
    if seen not in (source, to):
        return failed("current is %s, neither %s nor %s: someone moved it" % (seen, source, to), code="switch.moved")
    if seen == to and state is not None and state.chosen == to:
        shelf.replace(root, to)
        return stopped("current is %s already" % to)
    if (root / "change").is_dir():
        applog.remember(root)
    if state is None or state.to != to or state.chosen != to:
        # Where a power loss goes back to is what launchers start now, whatever `current` says.
        serving.write(root, serving.trial(source if state is None else state.chosen, to))
    if seen != to:
        release.point_current(root, to)
    replaced = shelf.replace(root, to)
    more = ", %d static files replaced" % replaced if replaced else ""
    return ok("current: %s → %s%s" % (seen or "none", to, more))
