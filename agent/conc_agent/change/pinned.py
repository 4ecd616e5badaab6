"""What a change pinned when it began, against who would go on with it."""

from __future__ import annotations

import hashlib
from typing import Any, Dict, Optional

from conc_agent import durable, frames
from conc_agent.change.lock import Change
from conc_agent.channel import CallError

Request = Dict[str, Any]


def digest(request: Request) -> str:
    """Of the request as ``request.json`` keeps it: bundle, sequence, attributes; all that is done comes from it."""
    return hashlib.sha256(durable.json_bytes(request)).hexdigest()


def check_same(change: Change, expect: Optional[Request]) -> None:
    """``expect``: ``{release, since}`` of the change that a person, or a program, decided about; None: whichever."""
    opened = change.story.opened
    seen = {"release": opened["change"]["release"], "since": opened["time"]}
    if expect is not None and expect != seen:
        raise CallError(
            "change.moved",
            "another change is there by now: of %(release)s, since %(since)s" % seen,
            hint="look again",
            state="nothing was changed",
        )


def check_can_go_on(change: Change) -> None:
    """Its requests must mean to this agent what they meant to the one that began, and be the ones that it was given."""
    opened = change.story.opened
    if opened["protocol"] != frames.VERSION:
        raise CallError(
            "change.other-protocol",
            "the change was begun by conc %s, which speaks protocol %s; this conc speaks %s, and can't go on with it"
            % (opened["change"]["conc"], opened["protocol"], frames.VERSION),
            hint="go on with that version of conc; or give the change up: conc abandon",
            state="nothing was changed",
        )
    if opened["request"] != digest(change.pinned):
        raise CallError(
            "change.altered",
            "change/request.json is not what the change was begun with: nobody can tell what going on would do",
            hint="give it up: conc abandon; then deploy again",
            state="nothing was changed",
        )
