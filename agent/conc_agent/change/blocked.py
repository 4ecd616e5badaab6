"""Someone else's change is there: what who came second is told."""

from __future__ import annotations

from pathlib import Path

from conc_agent.change import look, truth
from conc_agent.change.truth import Reply


def blocked(root: Path) -> Reply:
    """Who, since when, at which job, and when its controller was last heard."""
    found = look.change_record(root)
    if found is None:
        return truth.reply(root, "blocked", None, None, "another change has just ended; nothing was changed")
    state = "a change is %s: %s. Nothing was changed" % (found["state"], look.in_words(found))
    return truth.reply(root, "blocked", found["release"], None, state, code="change." + found["state"], blocker=found)
