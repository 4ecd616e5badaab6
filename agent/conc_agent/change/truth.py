"""What is so, in the words of a reply: outcome, what serves, and what a person has to know."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Optional

from conc_agent import release, serving

Reply = Dict[str, Any]


def reply(root: Path, outcome: str, about: Optional[str], job: Optional[str], state: str, **more: Any) -> Reply:
    """The reply of ``run``, ``resume`` and ``abandon``. ``current`` and ``serving`` are looked up, not remembered."""
    return dict(
        more,
        outcome=outcome,
        release=about,
        current=release.current(root),
        serving=serving.chosen(root),
        job=job,
        state=state,
    )


def untouched(former: Optional[str]) -> str:
    if former is None:
        return "nothing serves, as before: nothing was switched"
    return "%s serves, as before: nothing that serves was touched" % former


def proven(about: str) -> str:
    return "%s serves, proven" % about


def undone(former: Optional[str], about: str) -> str:
    if former is None:
        nothing = "nothing serves: there was no release before. The services are stopped, current is removed"
        return "%s. %s is kept as failed" % (nothing, about)
    return "%s serves, as before. %s is kept as failed" % (former, about)


def on_trial(root: Path) -> str:
    """What serves while a change is held open."""
    try:
        state = serving.read(root)
    except ValueError as error:
        return "nobody can tell what serves: %s" % error
    if state is None:
        return "nothing serves"
    if state.confirmed:
        return "%s serves" % state.chosen
    if not state.same_boot:
        return "%s serves: the node was started anew before %s was confirmed" % (state.chosen, state.to)
    back = "goes back to %s" % state.source if state.source else "would leave nothing that serves"
    return "%s serves on trial; giving it up %s" % (state.to, back)
