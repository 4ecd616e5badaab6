"""The model of a change: its states, what leads from one to another, and what each command comes to in each.

Plain data. ``docs/explanation/the-change.md`` shows the same tables, and a test compares them; the walk of crash points
holds the real code against it.
"""

from __future__ import annotations

from typing import Dict, Iterable, NamedTuple, Optional, Tuple

NONE = "none"
RUNNING, UNDOING, CLOSING = "running", "undoing", "closing"
HALTED, BROKEN = "halted", "broken"
INTERRUPTED, UNDO_CUT_OFF, CLOSING_CUT_OFF = "interrupted", "undo cut off", "closing cut off"


class State(NamedTuple):
    """``told``: the word of ``conc status``, None: there is no change. ``held``: an agent holds the lock."""

    told: Optional[str]
    held: bool
    meaning: str


STATES: Dict[str, State] = {
    NONE: State(None, False, "there is no `change`"),
    RUNNING: State("running", True, "an agent goes through the jobs"),
    UNDOING: State("running", True, "an agent goes back to the former release"),
    CLOSING: State("running", True, "nothing is left to decide: the history is written, `change` is removed"),
    HALTED: State("halted", False, "an agent left it so, on purpose"),
    BROKEN: State("halted", False, "the undo failed too"),
    INTERRUPTED: State("interrupted", False, "the agent was killed, or the power failed"),
    UNDO_CUT_OFF: State("interrupted", False, "the same, within the undo"),
    CLOSING_CUT_OFF: State("interrupted", False, "the same, within the closing"),
}

#: What takes the agent away at any moment. After a power loss records that were not yet durable may be missing.
CRASH, POWER_LOSS = "crash", "power loss"
#: `change` is renamed away; another agent takes the lock of a change whose closing was cut off.
REMOVED, TAKEN = "removed", "taken"

RUN, RESUME, ABANDON, HALT = "deploy", "continue", "abandon", "halt"
#: Not a command: what waits beside a switch until its agent is gone.
GUARD = "guard"

#: By the records of the journal, and by what is none. What is not listed does not happen.
TRANSITIONS: Dict[Tuple[str, str], str] = {
    (NONE, "open"): RUNNING,
    (RUNNING, "intent"): RUNNING,
    (RUNNING, "done"): RUNNING,
    (RUNNING, "again"): RUNNING,
    (RUNNING, "held"): HALTED,
    (RUNNING, "undo"): UNDOING,
    (RUNNING, "closing"): CLOSING,
    (UNDOING, "undo"): UNDOING,
    (UNDOING, "undone"): UNDOING,
    (UNDOING, "held"): BROKEN,
    (UNDOING, "closing"): CLOSING,
    (CLOSING, REMOVED): NONE,
    (HALTED, "resumed"): RUNNING,
    (HALTED, "abandoned"): RUNNING,
    (INTERRUPTED, "resumed"): RUNNING,
    (INTERRUPTED, "abandoned"): RUNNING,
    (INTERRUPTED, GUARD): RUNNING,
    (BROKEN, "resumed"): UNDOING,
    (BROKEN, "abandoned"): UNDOING,
    (UNDO_CUT_OFF, "resumed"): UNDOING,
    (UNDO_CUT_OFF, "abandoned"): UNDOING,
    (UNDO_CUT_OFF, GUARD): UNDOING,
    (CLOSING_CUT_OFF, TAKEN): CLOSING,
}
for _fault in (CRASH, POWER_LOSS):
    TRANSITIONS[RUNNING, _fault] = INTERRUPTED
    TRANSITIONS[UNDOING, _fault] = UNDO_CUT_OFF
    TRANSITIONS[CLOSING, _fault] = CLOSING_CUT_OFF

OPENS, FINISHES, NO_CHANGE, NOT_RUNNING = "opens one", "finishes the closing", "change.none", "change.not-running"

#: What a command comes to: the record or code that tells of it.
_OTHERS = {RUN: "change.%s", RESUME: "resumed", ABANDON: "abandoned", HALT: NOT_RUNNING}
_BUSY = {RUN: "change.running", RESUME: "change.running", ABANDON: "change.running", HALT: "asked"}
COMMANDS: Dict[str, Dict[str, str]] = {
    NONE: {RUN: OPENS, RESUME: NO_CHANGE, ABANDON: NO_CHANGE, HALT: NOT_RUNNING},
    RUNNING: _BUSY,
    UNDOING: _BUSY,
    CLOSING: _BUSY,
    HALTED: dict(_OTHERS, **{RUN: "change.halted"}),
    BROKEN: dict(_OTHERS, **{RUN: "change.halted"}),
    INTERRUPTED: dict(_OTHERS, **{RUN: "change.interrupted"}),
    UNDO_CUT_OFF: dict(_OTHERS, **{RUN: "change.interrupted"}),
    CLOSING_CUT_OFF: {RUN: FINISHES + ", then " + OPENS, RESUME: FINISHES, ABANDON: FINISHES, HALT: NOT_RUNNING},
}


class Impossible(Exception):
    """What was seen has no place in the model."""


def follow(events: Iterable[str], state: str = NONE) -> str:
    """The state that events lead to."""
    for event in events:
        after = _after(state, event)
        if after is None:
            raise Impossible("%s, in the state %s" % (event, state))
        state = after
    return state


def _after(state: str, event: str) -> Optional[str]:
    """A journal doesn't say when an agent was cut off: who takes a change over finds it so."""
    if event in ("resumed", "abandoned", GUARD) and (state, CRASH) in TRANSITIONS:
        state = TRANSITIONS[state, CRASH]
    return TRANSITIONS.get((state, event))
