"""``env``: a new generation of the application's secrets: those of another, with some set and some taken away."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional, Protocol

from conc_agent import clock
from conc_agent.channel import CallError
from conc_agent.confidential import keep_out_of_core_files
from conc_agent.context import Context
from conc_agent.env import generations, names
from conc_agent.outcome import Outcome, failed, ok, stopped


class AskingContext(Context, Protocol):
    """The values are the controller's."""

    def ask_values(self, wanted: List[str]) -> Optional[bytes]:
        """JSON, ``{"values": {NAME: VALUE}}``; None: nobody gives them."""
        ...


def run(context: AskingContext, request: Dict[str, Any]) -> Outcome:
    """``{generation, base, set: [NAME], unset: [NAME], by, release}``; ``base`` and ``release`` may be null.

    Values come over the channel when it runs, and go to their file: no journal, event or log has them.
    """
    root, number, base = context.root, request["generation"], request["base"]
    if number in generations.recorded(root):
        return stopped("generation %d is there already" % number)
    keep_out_of_core_files()
    generations.sweep(root)
    before = {} if base is None else generations.values(root, base)
    since = {} if base is None else generations.recorded(root)[base].names
    given = _asked(context, request["set"])
    if given is None:
        hint = "nothing was changed. Set them again: conc env set"
        return failed("the values of %s were not given" % ", ".join(request["set"]), (), "env.not-given", hint)
    values = {key: value for key, value in dict(before, **given).items() if key not in request["unset"]}
    try:
        names.check(values)
    except ValueError as error:
        return failed("%s; nothing was changed" % error, (), "env.refused")
    now = {"since": clock.now(), "by": request["by"]}
    known = {key: now if key in given else since[key] for key in sorted(values)}
    generations.add(root, number, values, known, request["by"], request["release"])
    return ok("generation %d: %s" % (number, ", ".join(known) or "no names"))


def _asked(context: AskingContext, wanted: List[str]) -> Optional[Dict[str, str]]:
    if not wanted:
        return {}
    data = context.ask_values(wanted)
    if data is None:
        return None
    try:
        given = json.loads(data.decode("utf-8"))["values"]
        if sorted(given) != sorted(wanted):
            raise ValueError
        return given
    except (ValueError, KeyError, TypeError):
        # Python's own words would show what came.
        text = "what came for the values of %s was something else" % ", ".join(wanted)
        raise CallError("protocol.answer", text) from None
