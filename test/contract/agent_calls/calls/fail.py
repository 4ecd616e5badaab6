"""Fails in the way that was asked for."""

import sys

from conc_agent.channel import CallError


def serve(channel, request):
    channel.send("before")
    if request == "told":
        raise CallError("change.busy", "someone else is at it", "wait", "nothing was changed", ["line 1", "line 2"])
    if request == "exit":
        sys.exit(3)
    if request == "not json":
        return {1, 2}
    raise ValueError("the number is " + request)
